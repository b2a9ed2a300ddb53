import Dispatch
import Synchronization

/// Writes into an index, one after the other, on a thread beside those that measure: these need not wait for the disk.
struct IndexWriting {
  /// Writes that may wait for those before them: as many as make up for one that waits for the disk.
  private static let limit = 8
  /// Of those that hold whole vocabularies fewer, because of the memory.
  private static let largeLimit = 4

  private let queue = DispatchQueue(label: "index")
  private let failure = Failure()
  /// Those that were begun and not waited for, the oldest first.
  private var begun: [Write] = []

  /// Begins to write as soon as what went before is written. Where many wait, waits for the oldest.
  ///
  /// - Parameter isLarge: Whether what is written takes megabytes.
  /// - Throws: The error of a write before.
  mutating func begin(isLarge: Bool = false, _ write: @escaping @Sendable () throws -> Void) async throws {
    if let error = failure.error { throw error }
    while begun.count >= (isLarge ? Self.largeLimit : Self.limit) { try await endFirst() }
    // Not a task that waits for the one before: it would go on only when a thread that measures is free.
    let handle = Write()
    queue.async { [failure] in handle.conclude(failure.result(of: write)) }
    begun.append(handle)
  }

  /// Waits until all is written.
  mutating func end() async throws {
    while !begun.isEmpty { try await endFirst() }
  }

  private mutating func endFirst() async throws { try await begun.removeFirst().end() }

  /// The first error. What comes after it is not written: it would stand in the index without what went before.
  private final class Failure: Sendable {
    private let first = Mutex<(any Error)?>(nil)

    var error: (any Error)? { first.withLock { $0 } }

    /// What a write gives; it is not run after one that failed. Writes do not run at once.
    func result(of write: () throws -> Void) -> Result<Void, any Error> {
      if let error { return .failure(error) }
      let result = Result(catching: write)
      if case .failure(let found) = result { first.withLock { $0 = found } }
      return result
    }
  }

  /// One write, and who waits for it.
  private final class Write: Sendable {
    private enum State {
      case begun
      case awaited(CheckedContinuation<Void, any Error>)
      case ended(Result<Void, any Error>)
    }
    private let state = Mutex(State.begun)

    func conclude(_ result: Result<Void, any Error>) {
      let waiting: CheckedContinuation<Void, any Error>? = state.withLock { state in
        defer { state = .ended(result) }
        if case .awaited(let continuation) = state { return continuation }
        return nil
      }
      waiting?.resume(with: result)
    }

    func end() async throws {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if case .ended(let result) = state { return result }
          state = .awaited(continuation)
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    }
  }
}

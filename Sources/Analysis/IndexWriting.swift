import Dispatch
import Synchronization

/// Writes into an index, one after the other, on a thread beside those that measure: these need not wait for the disk.
struct IndexWriting {
  private let queue = DispatchQueue(label: "index")
  private var pending: Task<Void, any Error>?
  private let state = State()

  private final class State: Sendable {
    let isWriting = Atomic(false)
  }

  /// Whether what went before is written, so that to begin is not to wait.
  var isIdle: Bool { !state.isWriting.load(ordering: .acquiring) }

  /// Begins to write when what went before is written.
  ///
  /// - Throws: The error of the write before.
  mutating func begin(_ write: @escaping @Sendable () throws -> Void) async throws {
    try await end()
    state.isWriting.store(true, ordering: .releasing)
    pending = Task { [queue, state] in
      try await withCheckedThrowingContinuation { written in
        queue.async {
          let result = Result(catching: write)
          state.isWriting.store(false, ordering: .releasing)
          written.resume(with: result)
        }
      }
    }
  }

  /// Waits until all is written.
  mutating func end() async throws {
    let last = pending
    pending = nil
    try await last?.value
  }
}

import Dispatch

/// Writes into an index, one after the other, on a thread beside those that measure: these need not wait for the disk.
struct IndexWriting {
  private let queue = DispatchQueue(label: "index")
  private var pending: Task<Void, any Error>?

  /// Begins to write when what went before is written.
  ///
  /// - Throws: The error of the write before.
  mutating func begin(_ write: @escaping @Sendable () throws -> Void) async throws {
    try await end()
    pending = Task { [queue] in
      try await withCheckedThrowingContinuation { written in
        queue.async { written.resume(with: Result(catching: write)) }
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

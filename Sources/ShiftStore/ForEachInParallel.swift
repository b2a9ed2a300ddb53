import Dispatch
import Synchronization

/// Runs a body on each of some values, shared out among threads, while the calling thread first does something else.
///
/// - Parameters:
///   - values: Each is changed by one thread.
///   - threads: How many threads there are, the calling one included.
///   - body: What is done with each.
///   - meanwhile: What only the calling thread may do; it then helps with the values.
/// - Throws: An error of `meanwhile`, else one of the body.
func forEachInParallel<Value, Result>(
  _ values: inout [Value], threads: Int, _ body: @Sendable (inout Value) throws -> Void,
  meanwhile: () throws -> Result
) throws -> Result {
  let shared = SharedWork()
  return try values.withUnsafeMutableBufferPointer { values in
    // Each value is handed to one thread, and the pointer is not used after all are done.
    nonisolated(unsafe) let values = values
    return try withoutActuallyEscaping(body) { body in
      let work: @Sendable () -> Void = {
        while let place = shared.take(below: values.count) {
          do { try body(&values[place]) } catch { shared.keep(error) }
        }
      }
      let group = DispatchGroup()
      for _ in 0..<max(0, min(threads - 1, values.count)) {
        DispatchQueue.global().async(group: group, execute: work)
      }
      let result = Swift.Result { try meanwhile() }
      work()
      group.wait()
      let found = try result.get()
      if let error = shared.error { throw error }
      return found
    }
  }
}

/// Which values are taken, and what went wrong with one.
private final class SharedWork: Sendable {
  private let next = Atomic(0)
  private let failure = Mutex<(any Error)?>(nil)

  /// The next value that nobody has; nil where none is left.
  func take(below count: Int) -> Int? {
    let place = next.add(1, ordering: .relaxed).oldValue
    return place < count ? place : nil
  }

  func keep(_ error: any Error) { failure.withLock { $0 = $0 ?? error } }
  var error: (any Error)? { failure.withLock { $0 } }
}

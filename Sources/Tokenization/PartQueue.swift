internal import Synchronization

/// Hands out the parts of a text to several workers: to each those of its own stretch, so that it meets again
/// what it has met before, and then what the slowest has left, from the end.
final class PartQueue: Sendable {
  private let stretches: Mutex<[Range<Int>]>

  /// So many parts in as many stretches as there are workers.
  init(count: Int, workers: Int) {
    stretches = Mutex((0..<workers).map { count * $0 / workers..<count * ($0 + 1) / workers })
  }

  /// The next part for a worker, or nothing when all are taken.
  func next(for worker: Int) -> Int? {
    stretches.withLock { stretches in
      let own = stretches[worker]
      if let first = own.first {
        stretches[worker] = first + 1..<own.upperBound
        return first
      }
      let longest = stretches.indices.max { stretches[$0].count < stretches[$1].count }
      guard let longest, let last = stretches[longest].last else { return nil }
      stretches[longest] = stretches[longest].lowerBound..<last
      return last
    }
  }
}

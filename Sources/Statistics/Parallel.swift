import Dispatch

/// The results of independent pieces of work in their order, whoever made them.
///
/// - Parameters:
///   - count: The number of pieces.
///   - threads: How many threads share them; each takes every `threads`-th piece.
///   - body: Makes the result of one piece, and nothing else.
package func resultsInParallel<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
  let threads = max(1, min(threads, count))
  var results = [Result?](repeating: nil, count: count)
  results.withUnsafeMutableBufferPointer { results in
    // Each thread writes places of its own.
    nonisolated(unsafe) let results = results
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for piece in stride(from: thread, to: count, by: threads) { results[piece] = body(piece) }
    }
  }
  return results.compactMap { $0 }
}

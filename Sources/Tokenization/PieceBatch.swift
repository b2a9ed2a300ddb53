internal import CTokenScan

/// Pieces that are looked up together, and room for what is found out about them.
struct PieceBatch {
  let pieces: UnsafeMutableBufferPointer<PendingPiece>
  /// First where every piece may be known, then its token, or -1.
  let tokens: UnsafeMutablePointer<Int32>
  /// The numbers of the pieces that have none.
  let unknown: UnsafeMutablePointer<Int32>
  /// What is remembered of each of those, or a free entry.
  let remembered: UnsafeMutablePointer<PieceCache.Entry>
  /// First the line where each of those may be remembered, then the number of the entry. In the end, which of them have not
  /// been met, by their places in `unknown`.
  let new: UnsafeMutablePointer<Int32>

  /// Room for so many pieces.
  static func withSpace(for capacity: Int, _ body: (PieceBatch) -> Void) {
    withUnsafeTemporaryAllocation(of: PendingPiece.self, capacity: capacity) { pieces in
      withUnsafeTemporaryAllocation(of: PieceCache.Entry.self, capacity: capacity) { entries in
        // Some more, because what is behind the last token is copied too.
        let count = 3 * capacity + TokenEncoder.copied
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { numbers in
          guard let numbers = numbers.baseAddress, let entries = entries.baseAddress else { return }
          body(
            PieceBatch(
              pieces: pieces, tokens: numbers + 2 * capacity, unknown: numbers, remembered: entries,
              new: numbers + capacity))
        }
      }
    }
  }
}

import Tokenization

/// Which tokens of a row may stand in it twice. Each class of ids, which share their lowest bits, keeps the number of the
/// last row in which one was met, so that nothing is cleared between rows.
struct MetTokens {
  private static let classCount = 4096

  private var lastRows = [UInt32](repeating: 0, count: classCount)
  private var row: UInt32 = 0

  /// The tokens that follow are those of another row.
  mutating func beginRow() { row &+= 1 }

  /// Meets a token; false only where it was not met before in this row.
  @inline(__always)
  mutating func mayHaveMet(_ token: TokenID) -> Bool {
    let place = Int(truncatingIfNeeded: token.rawValue) & (Self.classCount - 1)
    defer { lastRows[place] = row }
    return lastRows[place] == row
  }
}

/// Turns the bytes of one piece into tokens.
struct PieceModel: Sendable {
  /// The token of every byte; none for a byte that the vocabulary does not have and that is dropped, as
  /// the reference drops it.
  let byteTokens: [TokenID?]
  /// The merge loop.
  let encoding: BytePairEncoding
  /// Whether a piece that is a token as a whole is that token, whatever the merges say.
  let wholePieces: WholePieces
  /// The tokens.
  let vocabulary: Vocabulary

  /// The rule for a piece that is a token.
  enum WholePieces: Sendable {
    /// It is taken without merging: rank files, and `ignore_merges`.
    case first
    /// It is merged like any other.
    case merged
  }

  /// Appends the tokens of a piece.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
    if wholePieces == .first, let whole = vocabulary.ordinaryID(of: piece) {
      ids.append(whole)
      return
    }
    var symbols: [Int32] = []
    symbols.reserveCapacity(piece.count)
    for byte in piece {
      if let token = byteTokens[Int(byte)] { symbols.append(token.rawValue) }
    }
    encoding.merge(&symbols)
    for symbol in symbols { ids.append(TokenID(symbol)) }
  }
}

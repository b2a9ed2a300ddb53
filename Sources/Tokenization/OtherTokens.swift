/// Says of nearly every piece that is not among the `KnownPieces` that it is no token: a bit for the hash of every
/// token that is not.
///
/// Looking such a piece up in the vocabulary takes two places in memory that nothing else has asked for, and of
/// those that are met for the first time hardly any is a token.
struct OtherTokens: Sendable {
  private let bits: HashBits
  /// Bits for every token: fewer than one piece in this many that are no tokens is taken for one.
  private static let spread = 16

  /// None at all.
  init() { self.init(of: Vocabulary(tokens: []), notIn: nil) }

  /// Those tokens that merging may yield and that are not known.
  init(of vocabulary: Vocabulary, notIn known: KnownPieces?) {
    let others = vocabulary.ids.filter { vocabulary.isOrdinary($0) && known?.holds($0) != true }
    let hashes = others.map { id in
      vocabulary.withBytes(of: id) { UInt64(bitPattern: Int64(PendingPiece.hash(of: $0))) }
    }
    bits = HashBits(hashes, spread: Self.spread)
  }

  /// Whether a piece with this hash that is not known may be a token.
  @inline(__always) func mayHold(_ hash: Int) -> Bool {
    bits.bit(of: UInt64(bitPattern: Int64(hash))) & 1 != 0
  }

  /// Asks for the memory that says it.
  @inline(__always) func prefetch(_ hash: Int) { bits.prefetch(UInt64(bitPattern: Int64(hash))) }
}

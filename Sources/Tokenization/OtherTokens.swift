internal import CTokenScan

/// Says of nearly every piece that is not among the `KnownPieces` that it is no token: a bit for the hash of every
/// token that is not.
///
/// Looking such a piece up in the vocabulary takes two places in memory that nothing else has asked for, and of
/// those that are met for the first time hardly any is a token.
struct OtherTokens: Sendable {
  private var bits: [UInt64]
  private let shift: UInt64
  /// Bits for every token: fewer than one piece in this many that are no tokens is taken for one.
  private static let spread = 16

  /// None at all.
  init() { self.init(of: Vocabulary(tokens: []), notIn: nil) }

  /// Those tokens that merging may yield and that are not known.
  init(of vocabulary: Vocabulary, notIn known: KnownPieces?) {
    let places = vocabulary.ids.filter { vocabulary.isOrdinary($0) && known?.holds($0) != true }.map { id in
      vocabulary.withBytes(of: id) { PendingPiece.hash(of: $0) }
    }
    var size: UInt64 = 6
    while 1 << size < places.count * Self.spread { size += 1 }
    bits = Array(repeating: 0, count: 1 << (size - 6))
    shift = 64 - size
    for hash in places { bits[place(of: hash) >> 6] |= 1 << UInt64(place(of: hash) & 63) }
  }

  /// Whether a piece with this hash that is not known may be a token.
  @inline(__always) func mayHold(_ hash: Int) -> Bool {
    let place = place(of: hash)
    return bits.withUnsafeBufferPointer { $0[place >> 6] &>> UInt64(place & 63) & 1 != 0 }
  }

  /// Asks for the memory that says it.
  @inline(__always) func prefetch(_ hash: Int) {
    bits.withUnsafeBufferPointer { bits in
      if let base = bits.baseAddress { tokenscan_prefetch(base + (place(of: hash) >> 6)) }
    }
  }

  @inline(__always) private func place(of hash: Int) -> Int {
    Int(truncatingIfNeeded: UInt64(bitPattern: Int64(hash)) &>> shift)
  }
}

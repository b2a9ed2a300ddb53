import Tokenization

/// Where each token stands in a list: a hash table that keeps its memory from list to list, O(k) for any length.
struct TruncatedPlaces {
  /// Places in the list, or -1; open addressing, at most half full.
  private var slots: [Int32] = []
  private var shift: UInt64 = 0

  /// Takes the place of the list before.
  mutating func index(_ tokens: Span<TokenID>) {
    let bits = max(4, Int.bitWidth - tokens.count.leadingZeroBitCount + 1)
    shift = UInt64(64 - bits)
    slots.removeAll(keepingCapacity: true)
    slots.append(contentsOf: repeatElement(-1, count: 1 << bits))
    let shift = shift
    var slots = slots.mutableSpan
    for place in tokens.indices {
      var slot = Self.slot(of: tokens[place], shift)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: place)
    }
  }

  /// The place of a token in the list that was indexed last, nil where it is not in it.
  @inline(__always)
  func place(of token: TokenID, in tokens: Span<TokenID>) -> Int? {
    let slots = slots.span
    var slot = Self.slot(of: token, shift)
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if tokens[place] == token { return place }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Fibonacci hashing: the upper bits of the id times 2⁶⁴ divided by the golden ratio.
  @inline(__always)
  private static func slot(of token: TokenID, _ shift: UInt64) -> Int {
    let hash = UInt64(truncatingIfNeeded: token.rawValue) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash &>> shift)
  }
}

import Tokenization

/// Where each token stands in a list: a hash table that keeps its memory from list to list, O(k) for any length.
struct TruncatedPlaces {
  /// Places in the list, or -1; open addressing, at most half full.
  private var slots: [Int32] = []
  private var shift: UInt64 = 0

  /// Takes the place of the list before.
  mutating func index(_ tokens: ArraySlice<TokenID>) {
    let bits = max(4, Int.bitWidth - tokens.count.leadingZeroBitCount + 1)
    shift = UInt64(64 - bits)
    slots.removeAll(keepingCapacity: true)
    slots.append(contentsOf: repeatElement(-1, count: 1 << bits))
    for (place, token) in tokens.enumerated() {
      var slot = slot(of: token)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: place)
    }
  }

  /// The place of a token in the list that was indexed last, nil where it is not in it.
  func place(of token: TokenID, in tokens: ArraySlice<TokenID>) -> Int? {
    var slot = slot(of: token)
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if tokens[tokens.startIndex + place] == token { return place }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Fibonacci hashing: the upper bits of the id times 2⁶⁴ divided by the golden ratio.
  private func slot(of token: TokenID) -> Int {
    let hash = UInt64(truncatingIfNeeded: token.rawValue) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash &>> shift)
  }
}

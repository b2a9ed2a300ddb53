import Tokenization

/// Sums of probability by token: a hash table for the few thousand tokens that the lists of one sequence name.
struct TokenMasses {
  private struct Slot {
    /// One more than the token's id; 0 in a slot that is free.
    var key: UInt64 = 0
    var mass = 0.0
  }

  /// A power of two, of which at most half are taken.
  private var slots: [Slot]
  private var count = 0

  /// No slot is taken; there are 2^`slotBits`.
  init(slotBits: Int = 12) { slots = Array(repeating: Slot(), count: 1 << slotBits) }

  /// Adds a mass to the sum of each token, in their order.
  mutating func add(_ masses: some Sequence<(token: TokenID, mass: Double)>, count most: Int) {
    while 2 * (count + most) > slots.count { grow() }
    count += slots.withUnsafeMutableBufferPointer { slots in
      var added = 0
      for (token, mass) in masses {
        let key = UInt64(UInt32(bitPattern: token.rawValue)) + 1
        let place = Self.place(of: key, in: slots)
        if slots[place].key == 0 { added += 1 }
        slots[place].key = key
        slots[place].mass += mass
      }
      return added
    }
  }

  /// Where a key is, or the free slot where it belongs. Fibonacci hashing: the upper bits of the key times 2⁶⁴ divided
  /// by the golden ratio.
  @inline(__always)
  private static func place(of key: UInt64, in slots: UnsafeMutableBufferPointer<Slot>) -> Int {
    let shift = UInt64(slots.count.leadingZeroBitCount + 1)
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    while slots[place].key != key, slots[place].key != 0 { place = (place + 1) & (slots.count - 1) }
    return place
  }

  private mutating func grow() {
    let taken = slots.filter { $0.key != 0 }
    slots = Array(repeating: Slot(), count: 2 * slots.count)
    slots.withUnsafeMutableBufferPointer { slots in
      for slot in taken { slots[Self.place(of: slot.key, in: slots)] = slot }
    }
  }

  /// The tokens with their sums, by rising id.
  var rising: [(token: TokenID, mass: Double)] {
    slots.filter { $0.key != 0 }.sorted { $0.key < $1.key }
      .map { (TokenID(Int32(truncatingIfNeeded: $0.key - 1)), $0.mass) }
  }
}

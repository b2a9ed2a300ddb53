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

  /// Adds a mass, or takes it off, of each token, in their order.
  ///
  /// - Parameter sign: 1 or −1.
  mutating func add(_ tokens: Span<TokenID>, _ masses: Span<Double>, sign: Double = 1) {
    while 2 * (count + tokens.count) > slots.count { grow() }
    count += slots.withUnsafeMutableBufferPointer { slots in
      var added = 0
      for index in tokens.indices {
        let key = UInt64(UInt32(bitPattern: tokens[index].rawValue)) + 1
        let place = Self.place(of: key, in: slots)
        if slots[place].key == 0 { added += 1 }
        slots[place].key = key
        slots[place].mass += sign * masses[index]
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
    Self.sorted(slots.filter { $0.key != 0 }).map {
      (TokenID(Int32(truncatingIfNeeded: $0.key - 1)), $0.mass)
    }
  }

  /// Slots by rising key: by its bytes from the lowest on, without those above the highest key's.
  private static func sorted(_ slots: [Slot]) -> [Slot] {
    var sorted = slots
    var moved = slots
    let bits = slots.reduce(0) { $0 | $1.key }
    var shift: UInt64 = 0
    while bits >> shift != 0 {
      var places = [Int](repeating: 0, count: 257)
      for slot in sorted { places[Int(slot.key >> shift & 255) + 1] += 1 }
      for digit in 1..<256 { places[digit] += places[digit - 1] }
      for slot in sorted {
        let digit = Int(slot.key >> shift & 255)
        moved[places[digit]] = slot
        places[digit] += 1
      }
      swap(&sorted, &moved)
      shift += 8
    }
    return sorted
  }
}

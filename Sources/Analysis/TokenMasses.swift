import Tokenization

/// Sums of probability by token: a hash table for the few thousand tokens that the lists of one sequence name.
struct TokenMasses {
  private struct Sum {
    var token: TokenID
    var mass: Double
  }

  /// One more than the place of a token's sum; 0 in a slot that is free. A power of two, of which at most half are taken:
  /// small, so that they stay in the first-level cache.
  private var slots: [UInt32]
  /// In the order in which the tokens came, with room for as many as slots may be taken.
  private var sums: [Sum]
  private var count = 0

  /// No slot is taken; there are 2^`slotBits`.
  init(slotBits: Int = 12) {
    slots = Array(repeating: 0, count: 1 << slotBits)
    sums = Self.room(for: slots)
  }

  private static func room(for slots: [UInt32]) -> [Sum] {
    Array(repeating: Sum(token: TokenID(0), mass: 0), count: slots.count / 2)
  }

  /// Adds a mass, or takes it off, of each token, in their order.
  ///
  /// - Parameter sign: 1 or −1.
  mutating func add(_ tokens: Span<TokenID>, _ masses: Span<Double>, sign: Double = 1) {
    while 2 * (count + tokens.count) > slots.count { grow() }
    slots.withUnsafeMutableBufferPointer { slots in
      sums.withUnsafeMutableBufferPointer { sums in
        for index in tokens.indices {
          let slot = Self.slot(of: tokens[index], in: slots, sums)
          if slots[slot] == 0 {
            sums[count] = Sum(token: tokens[index], mass: 0)
            count += 1
            slots[slot] = UInt32(count)
          }
          sums[Int(slots[slot]) - 1].mass += sign * masses[index]
        }
      }
    }
  }

  /// Where a token's slot is, or the free one where it belongs. Fibonacci hashing: the upper bits of the token times 2⁶⁴
  /// divided by the golden ratio.
  @inline(__always)
  private static func slot(
    of token: TokenID, in slots: UnsafeMutableBufferPointer<UInt32>, _ sums: UnsafeMutableBufferPointer<Sum>
  ) -> Int {
    let shift = UInt64(slots.count.leadingZeroBitCount + 1)
    let key = UInt64(UInt32(bitPattern: token.rawValue)) + 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    while slots[slot] != 0, sums[Int(slots[slot]) - 1].token != token {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: 2 * slots.count)
    let before = sums
    sums = Self.room(for: slots)
    sums.replaceSubrange(0..<before.count, with: before)
    slots.withUnsafeMutableBufferPointer { slots in
      sums.withUnsafeMutableBufferPointer { sums in
        for place in 0..<count {
          slots[Self.slot(of: sums[place].token, in: slots, sums)] = UInt32(place + 1)
        }
      }
    }
  }

  /// The tokens with their sums, by rising id.
  var rising: [(token: TokenID, mass: Double)] {
    Self.sorted(Array(sums[..<count])).map { ($0.token, $0.mass) }
  }

  /// Sums by rising id: by its bytes from the lowest on, without those above the highest id's.
  private static func sorted(_ sums: [Sum]) -> [Sum] {
    func key(_ sum: Sum) -> UInt32 { UInt32(bitPattern: sum.token.rawValue) }
    var sorted = sums
    var moved = sums
    let bits = sums.reduce(0) { $0 | key($1) }
    var shift: UInt32 = 0
    while bits >> shift != 0 {
      var places = [Int](repeating: 0, count: 257)
      for sum in sorted { places[Int(key(sum) >> shift & 255) + 1] += 1 }
      for digit in 1..<256 { places[digit] += places[digit - 1] }
      for sum in sorted {
        let digit = Int(key(sum) >> shift & 255)
        moved[places[digit]] = sum
        places[digit] += 1
      }
      swap(&sorted, &moved)
      shift += 8
    }
    return sorted
  }
}

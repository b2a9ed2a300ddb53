/// Sums of probability by token: a hash table for the few thousand tokens that the lists of one sequence name.
struct TokenMasses {
  /// One more than the token's id; 0 in a slot that is free.
  private var keys: [UInt64]
  private var masses: [Double]
  private var count = 0
  private let shift: UInt64

  /// No slot is taken; there are 2^`slotBits`, of which at most half will be.
  init(slotBits: Int = 10) {
    keys = Array(repeating: 0, count: 1 << slotBits)
    masses = Array(repeating: 0, count: 1 << slotBits)
    shift = UInt64(64 - slotBits)
  }

  /// Adds to the sum of a token.
  mutating func add(_ mass: Double, to token: Int32) {
    let key = UInt64(UInt32(bitPattern: token)) + 1
    var slot = slot(of: key)
    while keys[slot] != key {
      if keys[slot] == 0 {
        guard 2 * count < keys.count else {
          grow()
          return add(mass, to: token)
        }
        keys[slot] = key
        count += 1
        break
      }
      slot = (slot + 1) & (keys.count - 1)
    }
    masses[slot] += mass
  }

  /// Fibonacci hashing: the upper bits of the key times 2⁶⁴ divided by the golden ratio.
  private func slot(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  private mutating func grow() {
    var larger = TokenMasses(slotBits: Int(65 - shift))
    for (token, mass) in rising { larger.add(mass, to: token) }
    self = larger
  }

  /// The tokens with their sums, by rising id.
  var rising: [(token: Int32, mass: Double)] {
    zip(keys, masses).filter { $0.0 != 0 }
      .map { (Int32(truncatingIfNeeded: $0.0 - 1), $0.1) }.sorted { $0.0 < $1.0 }
  }
}

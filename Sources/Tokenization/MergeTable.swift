/// Which two tokens merge into which, and in what order.
struct MergeTable: Sendable {
  private var slots: [Slot]
  private var mask: Int
  private var count = 0
  /// A bit for every rule, by another part of the hash: most neighbours have no rule, and this says so
  /// for nineteen of twenty of them from half a megabyte that stays in the cache.
  private var filter: [UInt64]

  /// One rule. A free slot has the priority `none`, which no rule has.
  private struct Slot {
    var pair: UInt64 = .max
    var outcome = Outcome(priority: none, merged: -1)
  }

  /// What becomes of a pair.
  struct Outcome {
    /// Lower merges first.
    var priority: UInt32
    /// The token that the two become.
    var merged: Int32
  }

  /// The priority of a pair that does not merge.
  static let none = UInt32.max

  /// A table for up to `capacity` rules.
  init(capacity: Int) {
    var size = 16
    while size * 2 < capacity * 3 { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    mask = size - 1
    filter = Array(repeating: 0, count: 1 << (Self.filterBits - 6))
  }

  private static let filterBits: UInt64 = 22

  /// Adds a rule; of two for the same pair the later one holds, as in the reference.
  mutating func insert(_ left: Int32, _ right: Int32, priority: UInt32, merged: Int32) {
    let pair = Self.pair(left, right)
    var place = home(of: pair)
    while slots[place].pair != .max, slots[place].pair != pair { place = (place + 1) & mask }
    if slots[place].pair == .max { count += 1 }
    let bit = Self.bit(of: pair)
    filter[bit >> 6] |= 1 << UInt64(bit & 63)
    slots[place] = Slot(pair: pair, outcome: Outcome(priority: priority, merged: merged))
    if count * 4 > slots.count * 3 { grow() }
  }

  private mutating func grow() {
    let rules = slots.filter { $0.pair != .max }
    slots = Array(repeating: Slot(), count: slots.count * 2)
    mask = slots.count - 1
    for rule in rules {
      var place = home(of: rule.pair)
      while slots[place].pair != .max { place = (place + 1) & mask }
      slots[place] = rule
    }
  }

  /// What becomes of two neighbours.
  @inline(__always) func outcome(_ left: Int32, _ right: Int32) -> Outcome {
    let pair = Self.pair(left, right)
    let bit = Self.bit(of: pair)
    let isPossible = filter.withUnsafeBufferPointer { $0[bit >> 6] >> UInt64(bit & 63) & 1 != 0 }
    guard isPossible else { return Outcome(priority: Self.none, merged: -1) }
    var place = home(of: pair)
    return slots.withUnsafeBufferPointer { slots in
      while true {
        let slot = slots[place]
        if slot.pair == pair || slot.pair == .max { return slot.outcome }
        place = (place + 1) & mask
      }
    }
  }

  @inline(__always) private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always) private static func bit(of pair: UInt64) -> Int {
    Int(truncatingIfNeeded: (pair &* 0xC2B2_AE3D_27D4_EB4F) >> (64 - filterBits))
  }

  @inline(__always) private func home(of pair: UInt64) -> Int {
    Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
  }
}

internal import CTokenScan

/// Which two tokens merge into which, and in what order.
///
/// A rule takes eight bytes: this table is read at random and at length, and what is beyond the caches costs
/// ten times as much as what is in them.
struct MergeTable: Sendable {
  /// The two tokens and the outcome of a rule, 21 bits each. A free slot has its highest bit set.
  private var slots: [UInt64]
  private var count = 0
  /// What the rules lead to, where that is not their number and the token that far behind a fixed one.
  private var outcomes: [Outcome] = []
  private var shift: Int32 = 0
  private var highest: UInt32 = 0
  /// Whether all priorities are low enough for `PackedMerge`.
  private(set) var canBePacked = true
  /// Rules with numbers of more than 21 bits: no vocabulary that is known has one.
  private var large: [UInt64: Outcome] = [:]
  /// Three bits of one word for every rule, by another hash: most neighbours have no rule, and this says so
  /// for nearly all of them from a quarter of a megabyte that stays in the cache.
  private var filter: [UInt64]
  private let filterShift: UInt64

  /// What becomes of a pair.
  struct Outcome: Equatable {
    /// Lower merges first.
    var priority: UInt32
    /// The token that the two become.
    var merged: Int32

    /// Nothing: the pair stays.
    static let nothing = Outcome(priority: none, merged: -1)
  }

  /// A pair and what becomes of it.
  struct Rule {
    var left: Int32
    var right: Int32
    var outcome: Outcome
  }

  /// The priority of a pair that does not merge.
  static let none = UInt32.max

  private static let free = UInt64.max
  private static let bits: UInt64 = 21

  /// A table for up to `capacity` rules.
  init(capacity: Int) {
    slots = Array(repeating: Self.free, count: max(16, capacity * 3 / 2))
    // Eight bits or more for every rule.
    var filterBits: UInt64 = 10
    while 1 << filterBits < capacity * 8, filterBits < 32 { filterBits += 1 }
    filter = Array(repeating: 0, count: 1 << (filterBits - 6))
    filterShift = 64 - (filterBits - 6)
  }

  /// Adds a rule; of two for the same pair the later one holds, as in the reference.
  mutating func insert(_ left: Int32, _ right: Int32, priority: UInt32, merged: Int32) {
    let pair = Self.pair(left, right)
    let (word, mask) = mark(of: pair)
    filter[word] |= mask
    canBePacked = canBePacked && priority < PackedMerge.priorityLimit
    let number = number(of: Outcome(priority: priority, merged: merged))
    guard Self.isSmall(left, right), number >> Self.bits == 0 else {
      large[pair] = Outcome(priority: priority, merged: merged)
      return
    }
    if !large.isEmpty { large[pair] = nil }
    if (count + 1) * 5 > slots.count * 4 { grow() }
    let key = Self.key(left, right)
    var place = home(of: pair)
    while slots[place] != Self.free, slots[place] >> Self.bits != key { place = after(place) }
    if slots[place] == Self.free { count += 1 }
    slots[place] = key << Self.bits | number
  }

  /// Adds a rule.
  mutating func insert(_ rule: Rule) {
    insert(rule.left, rule.right, priority: rule.outcome.priority, merged: rule.outcome.merged)
  }

  /// The number of an outcome: its priority, as long as all tokens are equally far behind theirs; then its
  /// place in the list.
  private mutating func number(of outcome: Outcome) -> UInt64 {
    if outcomes.isEmpty {
      if count == 0 { shift = outcome.merged &- Int32(truncatingIfNeeded: outcome.priority) }
      if outcome == numbered(outcome.priority) {
        highest = max(highest, outcome.priority)
        return UInt64(outcome.priority)
      }
      outcomes = (0...min(highest, 1 << UInt32(Self.bits))).map { numbered($0) }
    }
    if outcomes.last != outcome { outcomes.append(outcome) }
    return UInt64(outcomes.count - 1)
  }

  @inline(__always) private func numbered(_ number: UInt32) -> Outcome {
    Outcome(priority: number, merged: Int32(truncatingIfNeeded: number) &+ shift)
  }

  private mutating func grow() {
    let rules = slots.filter { $0 != Self.free }
    slots = Array(repeating: Self.free, count: slots.count * 2)
    for rule in rules {
      let (left, right) = Self.tokens(of: rule)
      var place = home(of: Self.pair(left, right))
      while slots[place] != Self.free { place = after(place) }
      slots[place] = rule
    }
  }
}

extension MergeTable {
  /// Whether something is true of all rules: of their two tokens, and of the one they make.
  func allSatisfy(_ isTrue: (_ left: TokenID, _ right: TokenID, _ merged: TokenID) -> Bool) -> Bool {
    var isTrueOfAll = true
    forEach { rule in
      isTrueOfAll =
        isTrueOfAll && isTrue(TokenID(rule.left), TokenID(rule.right), TokenID(rule.outcome.merged))
    }
    return isTrueOfAll
  }

  /// Calls back for all rules, in no order.
  func forEach(_ body: (Rule) -> Void) {
    for slot in slots where slot != Self.free {
      let (left, right) = Self.tokens(of: slot)
      body(Rule(left: left, right: right, outcome: outcome(numbered: UInt32(slot & (1 << Self.bits - 1)))))
    }
    for (pair, outcome) in large {
      body(
        Rule(
          left: Int32(truncatingIfNeeded: pair >> 32), right: Int32(truncatingIfNeeded: pair),
          outcome: outcome))
    }
  }

  /// Asks for the memory where the rule for two neighbours is looked for.
  @inline(__always) func prefetch(_ left: Int32, _ right: Int32) {
    let pair = Self.pair(left, right)
    filter.withUnsafeBufferPointer {
      if let base = $0.baseAddress { tokenscan_prefetch(base + mark(of: pair).word) }
    }
    slots.withUnsafeBufferPointer {
      if let base = $0.baseAddress { tokenscan_prefetch(base + home(of: pair)) }
    }
  }

  /// What becomes of two neighbours.
  @inline(__always) func outcome(_ left: Int32, _ right: Int32) -> Outcome {
    let pair = Self.pair(left, right)
    let (word, mask) = mark(of: pair)
    let isPossible = filter.withUnsafeBufferPointer { ~$0[word] & mask == 0 }
    guard isPossible else { return .nothing }
    if !large.isEmpty, let outcome = large[pair] { return outcome }
    guard Self.isSmall(left, right) else { return .nothing }
    let key = Self.key(left, right)
    return slots.withUnsafeBufferPointer { slots in
      var place = home(of: pair)
      while true {
        let slot = slots[place]
        if slot >> Self.bits == key { return outcome(numbered: UInt32(slot & (1 << Self.bits - 1))) }
        if slot == Self.free { return .nothing }
        place = after(place)
      }
    }
  }

  @inline(__always) private func outcome(numbered number: UInt32) -> Outcome {
    if outcomes.isEmpty { return numbered(number) }
    return outcomes.withUnsafeBufferPointer { $0[Int(number)] }
  }

  /// Whether two tokens have a key of 42 bits.
  @inline(__always) private static func isSmall(_ left: Int32, _ right: Int32) -> Bool {
    UInt32(bitPattern: left | right) >> UInt32(bits) == 0
  }

  @inline(__always) private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << bits | UInt64(UInt32(bitPattern: right))
  }

  private static func tokens(of rule: UInt64) -> (left: Int32, right: Int32) {
    let mask: UInt64 = 1 << bits - 1
    return (
      Int32(truncatingIfNeeded: rule >> (2 * bits)), Int32(truncatingIfNeeded: rule >> bits & mask)
    )
  }

  @inline(__always) private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// The word of the filter that knows of a pair, and its bits there.
  @inline(__always) private func mark(of pair: UInt64) -> (word: Int, mask: UInt64) {
    let hash = pair &* 0xC2B2_AE3D_27D4_EB4F
    let one: UInt64 = 1
    let mask = one &<< (hash &>> 20) | one &<< (hash &>> 26) | one &<< (hash &>> 32)
    return (Int(truncatingIfNeeded: hash &>> filterShift), mask)
  }

  /// A table of any size, so that it is as small as the rules allow.
  @inline(__always) private func home(of pair: UInt64) -> Int {
    let hash = (pair &* 0x9E37_79B9_7F4A_7C15) >> 32
    return Int(truncatingIfNeeded: (hash &* UInt64(slots.count)) >> 32)
  }

  @inline(__always) private func after(_ place: Int) -> Int { place &+ 1 == slots.count ? 0 : place &+ 1 }
}

internal import CTokenScan

/// Which two tokens merge into which, and in what order.
///
/// A rule takes eight bytes: this table is read at random and at length, and what is beyond the caches costs
/// ten times as much as what is in them.
struct MergeTable: Sendable {
  /// The two tokens and the outcome of a rule, 21 bits each, in buckets of eight, which are cache lines. A free slot
  /// has its highest bit set.
  private var slots: RuleSlots
  private var bucketCount: Int
  /// How many rules there are, but for those with large numbers.
  private(set) var count = 0
  /// What the rules lead to, where that is not their number and the token that far behind a fixed one.
  private var outcomes: [Outcome] = []
  private var shift: Int32 = 0
  private var highest: UInt32 = 0
  private var hasSmallNumbers = true
  /// Whether `PackedMerge` can merge by these rules: it makes keys of whatever tokens there are.
  var canBePacked: Bool { hasSmallNumbers && large.isEmpty }
  /// Rules with numbers of more than 21 bits: no vocabulary that is known has one.
  private var large: [UInt64: Outcome] = [:]

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

  private static let bucketSize = 8

  /// A table for up to `capacity` rules.
  ///
  /// Two places of five are taken: of full buckets, behind which a search goes on, there is hardly one, because a guess
  /// that it ends here costs more when it is wrong than the memory.
  init(capacity: Int) {
    bucketCount = max(2, capacity * 5 / 2 / Self.bucketSize)
    slots = RuleSlots(repeating: Self.free, count: bucketCount * Self.bucketSize)
  }

  /// A table of some rules.
  init(_ rules: [Rule]) {
    self.init(capacity: rules.count)
    // In order, so that as few numbers as possible have to be looked up in a list.
    for rule in rules.sorted(by: { $0.outcome.priority < $1.outcome.priority }) { insert(rule) }
  }

  /// Adds a rule; of two for the same pair the later one holds, as in the reference.
  mutating func insert(_ left: Int32, _ right: Int32, priority: UInt32, merged: Int32) {
    let pair = Self.pair(left, right)
    hasSmallNumbers = hasSmallNumbers && priority < PackedMerge.priorityLimit && Self.isSmall(merged)
    let number = number(of: Outcome(priority: priority, merged: merged))
    guard Self.isSmall(left | right), number >> Self.bits == 0 else {
      large[pair] = Outcome(priority: priority, merged: merged)
      return
    }
    if !large.isEmpty { large[pair] = nil }
    if (count + 1) * 5 > bucketCount * Self.bucketSize * 4 { grow() }
    let key = Self.key(left, right)
    if !isKnownUniquelyReferenced(&slots) { slots = RuleSlots(copying: slots) }
    let place = place(of: key)
    if slots[place] == Self.free { count += 1 }
    slots[place] = key << Self.bits | number
  }

  /// The slot with a key, or the free one where it belongs.
  private func place(of key: UInt64) -> Int {
    var bucket = bucket(of: key)
    while true {
      let start = bucket * Self.bucketSize
      for place in start..<start + Self.bucketSize
      where slots[place] == Self.free || slots[place] >> Self.bits == key {
        return place
      }
      bucket = bucket + 1 == bucketCount ? 0 : bucket + 1
    }
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
    let smaller = slots
    bucketCount *= 2
    slots = RuleSlots(repeating: Self.free, count: bucketCount * Self.bucketSize)
    for rule in smaller.all where rule != Self.free { slots[place(of: rule >> Self.bits)] = rule }
  }
}

extension MergeTable {
  /// All rules, in no order.
  var rules: [Rule] {
    var rules: [Rule] = []
    rules.reserveCapacity(count)
    forEach { rules.append($0) }
    return rules
  }

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
    for slot in slots.all where slot != Self.free {
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
    tokenscan_prefetch(slots.base + bucket(of: Self.key(left, right)) &* Self.bucketSize)
  }

  /// What becomes of two neighbours.
  @inline(__always) func outcome(_ left: Int32, _ right: Int32) -> Outcome {
    if !large.isEmpty, let outcome = large[Self.pair(left, right)] { return outcome }
    guard Self.isSmall(left | right) else { return .nothing }
    let key = Self.key(left, right)
    let slot = tokenscan_find(slots.base, bucket(of: key), bucketCount, key)
    let number = UInt32(truncatingIfNeeded: slot & (1 << Self.bits - 1))
    if outcomes.isEmpty {
      // Two choices and no branch: whether there is a rule cannot be foreseen.
      let isFree = slot == Self.free
      return Outcome(
        priority: isFree ? Self.none : number,
        merged: isFree ? -1 : Int32(truncatingIfNeeded: number) &+ shift)
    }
    return slot == Self.free ? .nothing : outcome(numbered: number)
  }

  @inline(__always) private func outcome(numbered number: UInt32) -> Outcome {
    if outcomes.isEmpty { return numbered(number) }
    return outcomes.withUnsafeBufferPointer { $0[Int(number)] }
  }

  /// Whether a token, or the bits of two, have a place in a key of 42 bits.
  @inline(__always) static func isSmall(_ tokens: Int32) -> Bool {
    UInt32(bitPattern: tokens) >> UInt32(bits) == 0
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

  /// A table of any size, so that it is as small as the rules allow.
  @inline(__always) private func bucket(of key: UInt64) -> Int { tokenscan_bucket(key, bucketCount) }

  /// The rules as C reads them, but for those with large numbers.
  @inline(__always) func withRules(_ body: (tokenscan_rules) -> Void) {
    outcomes.withUnsafeBytes { outcomes in
      let listed = self.outcomes.isEmpty ? nil : outcomes.assumingMemoryBound(to: tokenscan_outcome.self)
      body(
        tokenscan_rules(
          buckets: slots.base, count: bucketCount, outcomes: listed?.baseAddress, shift: shift))
    }
  }
}

/// The memory of a table of rules: in huge pages, because finding the small page of a rule would take as long as
/// comparing it.
///
/// Unsafe pointers for the reason given at `PieceCache`. It is written only while a single table owns it.
private final class RuleSlots: @unchecked Sendable {
  private let table: HugeTable<UInt64>
  private let count: Int

  var base: UnsafeMutablePointer<UInt64> { table.slots }
  var all: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(start: base, count: count) }

  init(repeating slot: UInt64, count: Int) {
    self.count = count
    table = HugeTable(count: count)
    table.slots.update(repeating: slot, count: count)
  }

  init(copying other: RuleSlots) {
    count = other.count
    table = HugeTable(count: count)
    table.slots.update(from: other.base, count: count)
  }

  deinit { table.deallocate() }

  subscript(place: Int) -> UInt64 {
    @inline(__always) get { base[place] }
    @inline(__always) set { base[place] = newValue }
  }
}

internal import CTokenScan

/// Up to 32 symbols that are being merged, one rule at a turn.
///
/// The priority of a pair and its place are one number, `priority · 32 + place`, so that the smallest says which
/// rule comes first and where, the leftmost of equal ones. Bits say which symbols are left.
struct PackedMerge: MergeList {
  /// Of the pair that begins at each place; `MergeTable.none` where it has no rule.
  private let numbers: UnsafeMutablePointer<UInt32>
  private let merged: UnsafeMutablePointer<Int32>
  let symbols: UnsafeMutablePointer<Int32>
  /// A bit for each symbol that is left.
  private var left: UInt64
  /// Where it has merged last, and the rules around have not been looked up.
  private var last: Int?
  /// The place of the symbol that has gone into another one last; at first one at which no pair begins.
  private var gone = PackedMerge.limit - 1

  /// The most symbols there can be.
  static let limit = 32
  /// How many bytes of memory they take, aligned to 64.
  static let byteCount = 3 * 4 * limit
  /// Priorities must be below this.
  static let priorityLimit = MergeTable.none >> 5

  @inline(__always) init(count: Int, in space: UnsafeMutableRawPointer) {
    numbers = space.initializeMemory(as: UInt32.self, repeating: MergeTable.none, count: Self.limit)
    merged = (space + 4 * Self.limit).bindMemory(to: Int32.self, capacity: Self.limit)
    symbols = (space + 8 * Self.limit).bindMemory(to: Int32.self, capacity: Self.limit)
    left = (1 &<< UInt64(truncatingIfNeeded: count)) &- 1
  }

  @inline(__always) func set(_ place: Int, _ outcome: MergeTable.Outcome) {
    numbers[place] = Self.number(outcome, place)
    merged[place] = outcome.merged
  }

  @inline(__always) private static func number(_ outcome: MergeTable.Outcome, _ place: Int) -> UInt32 {
    outcome.priority == MergeTable.none
      ? MergeTable.none : outcome.priority &<< 5 | UInt32(truncatingIfNeeded: place)
  }

  /// Looks up the rules around the last merge, merges the pair whose rule comes first now, and asks for the memory
  /// of the rules around it; says whether there was one.
  @inline(__always) mutating func takeTurn(_ merges: MergeTable) -> Bool {
    let least = settleLast(merges)
    if least == MergeTable.none { return false }
    let place = Int(least & 31)
    let right = next(above: place)
    gone = right.trailingZeroBitCount
    let after = right & (right &- 1)
    left &= ~(right & (0 &- right))
    symbols[place] = merged[place]
    last = place
    if after != 0 { merges.prefetch(symbols[place], symbols[after.trailingZeroBitCount]) }
    if let before = before(place) { merges.prefetch(symbols[before], symbols[place]) }
    return true
  }

  /// Looks up the rules around the last merge, and returns the number of the pair whose rule comes first.
  @inline(__always) private func settleLast(_ merges: MergeTable) -> UInt32 {
    let none = UInt32(Self.limit - 1)
    guard let last else {
      return tokenscan_set_least(numbers, none, none, MergeTable.none, none, MergeTable.none)
    }
    let after = next(above: last)
    let outcome =
      after == 0 ? .nothing : merges.outcome(symbols[last], symbols[after.trailingZeroBitCount])
    merged[last] = outcome.merged
    let (place, number) = (UInt32(truncatingIfNeeded: last), Self.number(outcome, last))
    let cleared = UInt32(truncatingIfNeeded: gone)
    guard let before = before(last) else {
      return tokenscan_set_least(numbers, cleared, place, number, place, number)
    }
    let earlier = merges.outcome(symbols[before], symbols[last])
    merged[before] = earlier.merged
    return tokenscan_set_least(
      numbers, cleared, place, number, UInt32(truncatingIfNeeded: before), Self.number(earlier, before))
  }

  /// The symbols that are left above a place.
  @inline(__always) private func next(above place: Int) -> UInt64 {
    left & (~1 &<< UInt64(truncatingIfNeeded: place))
  }

  /// The last symbol that is left below a place.
  @inline(__always) private func before(_ place: Int) -> Int? {
    let below = left & ((1 &<< UInt64(truncatingIfNeeded: place)) &- 1)
    return below == 0 ? nil : 63 &- below.leadingZeroBitCount
  }

  /// The symbols that are left.
  @inline(__always) func forEach(_ body: (Int32) -> Void) {
    var rest = left
    while rest != 0 {
      body(symbols[rest.trailingZeroBitCount])
      rest &= rest &- 1
    }
  }
}

/// Symbols to be merged, and what becomes of each of their pairs.
protocol MergeList {
  /// So many symbols in memory that is there for as long as they are, without a rule between them yet.
  init(count: Int, in space: UnsafeMutableRawPointer)

  var symbols: UnsafeMutablePointer<Int32> { get }

  /// Says what becomes of the pair that begins at a place.
  func set(_ place: Int, _ outcome: MergeTable.Outcome)
}

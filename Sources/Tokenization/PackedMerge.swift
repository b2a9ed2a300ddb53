internal import CTokenScan

/// Up to 32 symbols that are merged beside others, each list a rule at a turn.
///
/// That is done in C, because it needs the smallest of 32 numbers at once, and is slower by half where it is parted
/// between the languages.
struct PackedMerge: MergeList {
  private let list: UnsafeMutablePointer<tokenscan_symbols>
  private let numbers: UnsafeMutablePointer<UInt32>
  private let merged: UnsafeMutablePointer<Int32>
  let symbols: UnsafeMutablePointer<Int32>

  /// The most symbols there can be.
  static let limit = 32
  /// How many bytes of memory they take, aligned to 64.
  static let byteCount = MemoryLayout<tokenscan_symbols>.stride
  /// Priorities must be below this.
  static let priorityLimit = MergeTable.none >> 5

  @inline(__always) init(count: Int, in space: UnsafeMutableRawPointer) {
    list = space.bindMemory(to: tokenscan_symbols.self, capacity: 1)
    numbers = space.initializeMemory(as: UInt32.self, repeating: MergeTable.none, count: Self.limit)
    merged = (space + 4 * Self.limit).assumingMemoryBound(to: Int32.self)
    symbols = (space + 8 * Self.limit).assumingMemoryBound(to: Int32.self)
    list.pointee.left = (1 &<< UInt64(truncatingIfNeeded: count)) &- 1
    list.pointee.unsettled = 0
  }

  @inline(__always) func set(_ place: Int, _ outcome: MergeTable.Outcome) {
    numbers[place] =
      outcome.priority == MergeTable.none
      ? MergeTable.none : outcome.priority &<< 5 | UInt32(truncatingIfNeeded: place)
    merged[place] = outcome.merged
  }

  /// Asks for the memory that holds the rules; they are read when the list is merged.
  @inline(__always) func setAll(count: Int, _ merges: MergeTable) {
    for place in 0..<max(count &- 1, 0) { merges.prefetch(symbols[place], symbols[place &+ 1]) }
    list.pointee.unsettled = UInt64(truncatingIfNeeded: count)
  }

  /// Merges lists that lie one behind the other.
  static func run(_ space: UnsafeMutableRawPointer, count: Int, _ merges: MergeTable) {
    let lists = space.assumingMemoryBound(to: tokenscan_symbols.self)
    merges.withRules { tokenscan_merge(lists, count, $0) }
  }

  /// The symbols that are left, if they are two.
  var pair: (left: Int32, right: Int32)? {
    let rest = list.pointee.left
    let last = rest & (rest &- 1)
    guard last.nonzeroBitCount == 1 else { return nil }
    return (symbols[rest.trailingZeroBitCount], symbols[last.trailingZeroBitCount])
  }

  /// The symbols that are left.
  @inline(__always) func forEach(_ body: (Int32) -> Void) {
    var rest = list.pointee.left
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

  /// Says of all pairs what becomes of them, now that the symbols are there.
  func setAll(count: Int, _ merges: MergeTable)
}

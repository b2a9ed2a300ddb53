internal import CTokenScan

/// Up to 32 symbols that are merged beside others, each list a rule at a turn.
///
/// That is done in C, because it needs the smallest of 32 numbers at once, and is slower by half where it is parted
/// between the languages.
struct PackedMerge {
  private let list: UnsafeMutablePointer<tokenscan_symbols>
  let symbols: UnsafeMutablePointer<Int32>

  /// The most symbols there can be.
  static let limit = 32
  /// How many bytes of memory they take, aligned to 64.
  static let byteCount = MemoryLayout<tokenscan_symbols>.stride
  /// Priorities must be below this.
  static let priorityLimit = MergeTable.none >> 5

  /// No symbols yet.
  @inline(__always) init(in space: UnsafeMutableRawPointer) {
    list = space.bindMemory(to: tokenscan_symbols.self, capacity: 1)
    symbols = (space + 8 * Self.limit).assumingMemoryBound(to: Int32.self)
  }

  /// Begins with so many symbols that have been set, and asks for the memory that holds the rules between them; they
  /// are read when the list is merged.
  func begin(count: Int, _ merges: MergeTable) {
    UnsafeMutableRawPointer(list).initializeMemory(
      as: UInt32.self, repeating: MergeTable.none, count: Self.limit)
    for place in 0..<max(count &- 1, 0) { merges.prefetch(symbols[place], symbols[place &+ 1]) }
    list.pointee.left = (1 &<< UInt64(truncatingIfNeeded: count)) &- 1
    list.pointee.unsettled = list.pointee.left &>> 1
  }

  /// Begins with so many symbols, of which those have been set that are not single bytes.
  ///
  /// - Parameters:
  ///   - firsts: The byte that each begins with.
  ///   - lasts: The byte that each ends with.
  ///   - singles: Which of them are the tokens of single bytes, a bit for each.
  @inline(__always) func begin(
    count: Int, firsts: UnsafePointer<UInt8>, lasts: UnsafePointer<UInt8>, singles: UInt64,
    _ pairs: BytePairs,
    _ merges: MergeTable
  ) {
    pairs.withBytes { bytes in
      merges.withRules { tokenscan_begin(list, firsts, lasts, singles, count, bytes, $0) }
    }
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

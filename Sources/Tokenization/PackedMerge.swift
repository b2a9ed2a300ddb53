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

  /// Begins with the symbols of a piece, and asks for the memory that holds the rules between them.
  ///
  /// - Parameter readable: How many bytes the text has from the piece on.
  @inline(__always) func begin(
    _ piece: UnsafeBufferPointer<UInt8>, readable: Int, _ characters: tokenscan_characters,
    _ pairs: BytePairs, _ merges: MergeTable
  ) {
    guard let base = piece.baseAddress else { return }
    pairs.withBytes { bytes in
      merges.withRules { tokenscan_begin(list, base, piece.count, readable, characters, bytes, $0) }
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

  /// How many symbols are left.
  @inline(__always) var count: Int { list.pointee.left.nonzeroBitCount }

  /// The first three symbols that are left, without a branch: where there are fewer, whatever.
  @inline(__always) var firstThree: (first: Int32, second: Int32, third: Int32) {
    let first = list.pointee.left
    let second = first & (first &- 1)
    let third = second & (second &- 1)
    return (symbol(at: first), symbol(at: second), symbol(at: third))
  }

  /// The symbol at the lowest place of some.
  @inline(__always) private func symbol(at places: UInt64) -> Int32 {
    symbols[places.trailingZeroBitCount & (Self.limit &- 1)]
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

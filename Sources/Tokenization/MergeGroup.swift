/// Several short pieces that are merged in turns: while one waits for the memory that holds its next rules, the
/// others are worked on.
///
/// Merging one piece is a chain of look-ups, each of which needs the one before, in tables that are larger
/// than the cache. It waits longer than it works.
struct MergeGroup {
  private let lists: UnsafeMutablePointer<PackedMerge>
  private let numbers: UnsafeMutablePointer<Int32>
  private let space: UnsafeMutableRawPointer
  private(set) var count = 0

  /// How many are merged at once, of which some take turns: as many as the nearest cache holds.
  static let size = 32
  /// The most bytes that a piece may have.
  static let longest = PackedMerge.limit

  /// A group without pieces.
  static func withSpace(_ body: (inout MergeGroup) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: PackedMerge.byteCount * size, alignment: 64) { space in
      withUnsafeTemporaryAllocation(of: PackedMerge.self, capacity: size) { lists in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: size) { numbers in
          guard let space = space.baseAddress, let lists = lists.baseAddress,
            let numbers = numbers.baseAddress
          else { return }
          var group = MergeGroup(lists: lists, numbers: numbers, space: space)
          body(&group)
        }
      }
    }
  }

  /// Whether there is no room for another.
  var isFull: Bool { count == Self.size }

  /// Adds a piece, with a number to know it by, of at most `longest` bytes, each of which has a token.
  ///
  /// - Parameters:
  ///   - readable: How many bytes the text has from the piece on.
  ///   - isASCII: Whether it is known that there is nothing else in it.
  @inline(__always)
  mutating func add(
    _ piece: UnsafeBufferPointer<UInt8>, readable: Int, isASCII: Bool, number: Int32,
    _ encoding: BytePairEncoding
  ) {
    let space = space + count &* PackedMerge.byteCount
    (lists + count).initialize(
      to: encoding.beginPacked(piece, readable: readable, isASCII: isASCII, in: space))
    numbers[count] = number
    count &+= 1
  }

  /// Merges all pieces, gives the tokens of each to the body, by its number, and lets go of them.
  ///
  /// - Precondition: The rules may be packed.
  @inline(__always)
  mutating func finish(_ merges: MergeTable, _ body: (Int32, PackedMerge) -> Void) {
    PackedMerge.run(space, count: count, merges)
    for member in 0..<count { body(numbers[member], lists[member]) }
    count = 0
  }
}

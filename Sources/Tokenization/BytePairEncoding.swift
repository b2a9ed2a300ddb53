internal import CTokenScan

/// The merge loop: while any neighbours have a rule, merge the pair whose rule comes first, and of
/// equal ones the leftmost.
///
/// Two ways to the same result. Looking through all pairs for the next one costs O(n²), but eight pairs
/// at a time and without bookkeeping, and wins on the few bytes that nearly every piece has; beyond
/// `shortLimit` symbols a heap takes over, O(n log n), so that a megabyte of one letter stays a matter
/// of a second.
struct BytePairEncoding: Sendable {
  /// The rules.
  let merges: MergeTable
  /// The rules for two bytes, by the first and then the second: half of all look-ups, and this table
  /// stays in the second-level cache.
  private var bytePairs: [MergeTable.Outcome] = []

  /// Merging by these rules.
  init(merges: MergeTable) { self.merges = merges }

  /// Takes the rules for two bytes out of the table. A byte without a token is -1.
  mutating func prepareBytes(_ tokens: [Int32]) {
    bytePairs = tokens.flatMap { left in tokens.map { right in merges.outcome(left, right) } }
  }

  /// Up to this many symbols are merged by looking through all.
  static let shortLimit = 240

  /// Merges in place.
  func merge(_ symbols: inout [Int32]) {
    guard symbols.count <= Self.shortLimit else { return mergeByHeap(&symbols) }
    let input = symbols
    symbols.removeAll(keepingCapacity: true)
    ShortMerge.withSpace(for: input.count) { list in
      for index in input.indices { list.symbols[index] = input[index] }
      for index in input.indices.dropLast() {
        list.set(index, merges.outcome(input[index], input[index + 1]))
      }
      list.run(merges)
      list.forEach { symbols.append($0) }
    }
  }

  /// Writes the tokens of a piece of bytes, each of which has a token, and returns how many they are.
  ///
  /// - Precondition: The rules for bytes are prepared, the piece has at most `shortLimit` bytes, and there is
  ///   room for as many tokens.
  func mergeBytes(
    _ piece: UnsafeBufferPointer<UInt8>, _ tokens: [Int32], to output: UnsafeMutablePointer<TokenID>
  ) -> Int {
    var written = 0
    ShortMerge.withSpace(for: piece.count) { list in
      bytePairs.withUnsafeBufferPointer { pairs in
        for index in 0..<max(piece.count - 1, 0) {
          list.set(index, pairs[Int(piece[index]) << 8 | Int(piece[index + 1])])
        }
      }
      for index in 0..<piece.count { list.symbols[index] = tokens[Int(piece[index])] }
      list.run(merges)
      list.forEach { token in
        output[written] = TokenID(token)
        written += 1
      }
    }
    return written
  }
}

/// A few symbols that are being merged. None is moved: one that has been merged into its left neighbour
/// is passed over by the links, and has the priority of no pair.
private struct ShortMerge {
  /// The priority of the pair that begins at each place, and no pair's in the places behind the last.
  private let priorities: UnsafeMutablePointer<UInt32>
  /// What becomes of that pair.
  private let merged: UnsafeMutablePointer<Int32>
  let symbols: UnsafeMutablePointer<Int32>
  private let links: UnsafeMutablePointer<Link>
  private let count: Int
  private let padded: Int

  private struct Link {
    var previous: UInt16
    var next: UInt16
  }

  /// Symbols without a rule between them yet.
  static func withSpace(for count: Int, _ body: (ShortMerge) -> Void) {
    let padded = max(8, (count + 7) & ~7)
    withUnsafeTemporaryAllocation(byteCount: padded * 16, alignment: 32) { space in
      guard let base = space.baseAddress else { return }
      let list = ShortMerge(
        priorities: base.initializeMemory(as: UInt32.self, repeating: MergeTable.none, count: padded),
        merged: (base + padded * 4).initializeMemory(as: Int32.self, repeating: -1, count: padded),
        symbols: (base + padded * 8).initializeMemory(as: Int32.self, repeating: -1, count: padded),
        links: (base + padded * 12).bindMemory(to: Link.self, capacity: padded), count: count, padded: padded)
      for place in 0..<padded {
        let before = UInt16(truncatingIfNeeded: place &- 1)
        (list.links + place).initialize(to: Link(previous: before, next: UInt16(place + 1)))
      }
      body(list)
    }
  }

  /// Says what becomes of the pair that begins at a place.
  @inline(__always) func set(_ place: Int, _ outcome: MergeTable.Outcome) {
    priorities[place] = outcome.priority
    merged[place] = outcome.merged
  }

  /// Merges until no pair has a rule.
  func run(_ merges: MergeTable) {
    while true {
      let place = tokenscan_first_least(priorities, padded)
      if priorities[place] == MergeTable.none { return }
      let right = Int(links[place].next)
      let after = Int(links[right].next)
      symbols[place] = merged[place]
      links[place].next = UInt16(after)
      priorities[right] = MergeTable.none
      if after < count {
        links[after].previous = UInt16(place)
        set(place, merges.outcome(symbols[place], symbols[after]))
      } else {
        priorities[place] = MergeTable.none
      }
      if place > 0 {
        let before = Int(links[place].previous)
        set(before, merges.outcome(symbols[before], symbols[place]))
      }
    }
  }

  /// The symbols that are left.
  func forEach(_ body: (Int32) -> Void) {
    var place = 0
    while place < count {
      body(symbols[place])
      place = Int(links[place].next)
    }
  }
}

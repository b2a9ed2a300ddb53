internal import CTokenScan

/// A few symbols that are being merged. None is moved: one that has been merged into its left neighbour
/// is passed over by the links, and has the priority of no pair.
struct ShortMerge {
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

  /// How many symbols there is room for where some are wanted: the search for the first rule takes eight at
  /// a time.
  private static func padded(_ count: Int) -> Int { max(8, (count &+ 7) & ~7) }

  /// How many bytes of memory so many symbols take.
  static func byteCount(for count: Int) -> Int { padded(count) * 16 }

  /// Symbols without a rule between them yet, in memory aligned to 32 bytes.
  @inline(__always) init(count: Int, in space: UnsafeMutableRawPointer) {
    self.count = count
    padded = Self.padded(count)
    priorities = space.initializeMemory(as: UInt32.self, repeating: MergeTable.none, count: padded)
    merged = (space + padded &* 4).bindMemory(to: Int32.self, capacity: padded)
    symbols = (space + padded &* 8).bindMemory(to: Int32.self, capacity: padded)
    links = (space + padded &* 12).bindMemory(to: Link.self, capacity: padded)
    for place in 0..<count {
      links[place] = Link(
        previous: UInt16(truncatingIfNeeded: place &- 1), next: UInt16(truncatingIfNeeded: place &+ 1))
    }
  }

  /// Memory for up to so many symbols.
  static func withSpace(for count: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: byteCount(for: count), alignment: 32) { space in
      if let base = space.baseAddress { body(base) }
    }
  }

  /// Says what becomes of the pair that begins at a place.
  @inline(__always) func set(_ place: Int, _ outcome: MergeTable.Outcome) {
    priorities[place] = outcome.priority
    merged[place] = outcome.merged
  }

  /// Says of all pairs what becomes of them, now that the symbols are there.
  @inline(__always) func setAll(count: Int, _ merges: MergeTable) {
    for place in 0..<max(count &- 1, 0) { merges.prefetch(symbols[place], symbols[place &+ 1]) }
    for place in 0..<max(count &- 1, 0) { set(place, merges.outcome(symbols[place], symbols[place &+ 1])) }
  }

  /// Merges until no pair has a rule.
  func run(_ merges: MergeTable) {
    while let place = mergeFirst() { settle(place, merges) }
  }

  /// Merges the pair whose rule comes first and says where, or nothing where no pair has a rule.
  @inline(__always) func mergeFirst() -> Int? {
    let place = tokenscan_first_least(priorities, padded)
    if priorities[place] == MergeTable.none { return nil }
    let right = Int(links[place].next)
    let after = Int(links[right].next)
    symbols[place] = merged[place]
    links[place].next = UInt16(truncatingIfNeeded: after)
    priorities[right] = MergeTable.none
    if after < count { links[after].previous = UInt16(truncatingIfNeeded: place) }
    return place
  }

  /// Says what becomes of the two pairs of which one is the symbol that was merged at a place.
  @inline(__always) func settle(_ place: Int, _ merges: MergeTable) {
    let after = Int(links[place].next)
    set(place, after < count ? merges.outcome(symbols[place], symbols[after]) : .nothing)
    guard place > 0 else { return }
    let before = Int(links[place].previous)
    set(before, merges.outcome(symbols[before], symbols[place]))
  }

  /// The symbols that are left.
  @inline(__always) func forEach(_ body: (Int32) -> Void) {
    var place = 0
    while place < count {
      body(symbols[place])
      place = Int(links[place].next)
    }
  }
}

extension BytePairEncoding {
  /// Merges with a linked list of symbols and a heap of candidates.
  ///
  /// A candidate is kept as priority and place in one number, so that the smallest is the leftmost of
  /// the first rule. Candidates are never removed: one that no longer says what its place says is
  /// skipped when it comes up.
  func mergeByHeap(_ symbols: inout [Int32]) {
    var list = SymbolList(symbols, merges)
    var heap = CandidateHeap(capacity: symbols.count)
    for place in symbols.indices { heap.push(list.candidate(at: place)) }
    while let candidate = heap.pop() {
      let place = Int(candidate & 0xFFFF_FFFF)
      guard list.candidate(at: place) == candidate else { continue }
      let before = list.merge(at: place)
      heap.push(list.candidate(at: place))
      if let before { heap.push(list.candidate(at: before)) }
    }
    symbols = list.remaining
  }
}

/// Symbols that know their neighbours.
private struct SymbolList {
  private var symbols: [Int32]
  private var outcomes: [MergeTable.Outcome]
  private var next: [Int32]
  private var previous: [Int32]
  private let merges: MergeTable

  init(_ symbols: [Int32], _ merges: MergeTable) {
    self.symbols = symbols
    self.merges = merges
    next = symbols.indices.map { Int32($0 + 1) }
    previous = symbols.indices.map { Int32($0 - 1) }
    outcomes = Array(
      repeating: MergeTable.Outcome(priority: MergeTable.none, merged: -1), count: symbols.count)
    for place in symbols.indices { update(place) }
  }

  /// The priority of the pair that begins at a place, and the place; nothing where no pair merges.
  func candidate(at place: Int) -> UInt64? {
    let priority = outcomes[place].priority
    return priority == MergeTable.none ? nil : UInt64(priority) << 32 | UInt64(place)
  }

  /// Merges the pair at a place and returns the place before it.
  mutating func merge(at place: Int) -> Int? {
    let right = Int(next[place])
    symbols[place] = outcomes[place].merged
    next[place] = next[right]
    if Int(next[place]) < symbols.count { previous[Int(next[place])] = Int32(place) }
    outcomes[right].priority = MergeTable.none
    update(place)
    guard previous[place] >= 0 else { return nil }
    let before = Int(previous[place])
    update(before)
    return before
  }

  private mutating func update(_ place: Int) {
    let right = Int(next[place])
    outcomes[place] =
      right < symbols.count
      ? merges.outcome(symbols[place], symbols[right])
      : MergeTable.Outcome(priority: MergeTable.none, merged: -1)
  }

  var remaining: [Int32] {
    var result: [Int32] = []
    var place = 0
    while place < symbols.count {
      result.append(symbols[place])
      place = Int(next[place])
    }
    return result
  }
}

/// A binary heap, smallest first.
private struct CandidateHeap {
  private var items: [UInt64] = []

  init(capacity: Int) { items.reserveCapacity(capacity) }

  mutating func push(_ item: UInt64?) {
    guard let item else { return }
    items.append(item)
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if items[parent] <= items[child] { break }
      items.swapAt(parent, child)
      child = parent
    }
  }

  mutating func pop() -> UInt64? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    if items.isEmpty { return first }
    items[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      if items[parent] <= items[child] { break }
      items.swapAt(parent, child)
      parent = child
    }
    return first
  }
}

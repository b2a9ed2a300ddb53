/// The merge loop: while any neighbours have a rule, merge the pair whose rule comes first, and of
/// equal ones the leftmost.
///
/// Two ways to the same result. Rescanning costs O(n²) but has no bookkeeping and wins on the few bytes
/// that nearly every piece has; beyond `shortLimit` symbols a heap takes over, O(n log n), so that a
/// megabyte of one letter stays a matter of a second.
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

  /// Up to this many symbols are merged by rescanning.
  static let shortLimit = 96

  /// Merges in place.
  func merge(_ symbols: inout [Int32]) {
    guard symbols.count <= Self.shortLimit else { return mergeByHeap(&symbols) }
    let count = symbols.withUnsafeMutableBufferPointer { mergeByScanning($0) }
    symbols.removeSubrange(count...)
  }

  /// Merges a few symbols and returns how many are left, at the beginning.
  func mergeByScanning(_ symbols: UnsafeMutableBufferPointer<Int32>) -> Int {
    guard symbols.count > 1 else { return symbols.count }
    return withUnsafeTemporaryAllocation(of: MergeTable.Outcome.self, capacity: symbols.count) { outcomes in
      for index in 0..<symbols.count - 1 {
        outcomes[index] = merges.outcome(symbols[index], symbols[index + 1])
      }
      return rescan(symbols, outcomes)
    }
  }

  /// Appends the tokens of a piece of bytes, each of which has a token.
  ///
  /// - Precondition: The rules for bytes are prepared, and the piece has at most `shortLimit` bytes.
  func mergeBytes(_ piece: UnsafeBufferPointer<UInt8>, _ tokens: [Int32], into ids: inout [TokenID]) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: piece.count) { symbols in
      withUnsafeTemporaryAllocation(of: MergeTable.Outcome.self, capacity: piece.count) { outcomes in
        bytePairs.withUnsafeBufferPointer { pairs in
          for index in 0..<max(piece.count - 1, 0) {
            outcomes[index] = pairs[Int(piece[index]) << 8 | Int(piece[index + 1])]
          }
        }
        for index in 0..<piece.count { symbols[index] = tokens[Int(piece[index])] }
        let count = rescan(symbols, outcomes)
        for index in 0..<count { ids.append(TokenID(symbols[index])) }
      }
    }
  }

  /// Merges symbols whose pairs have been looked up, and returns how many are left.
  @inline(__always) private func rescan(
    _ symbols: UnsafeMutableBufferPointer<Int32>, _ outcomes: UnsafeMutableBufferPointer<MergeTable.Outcome>
  ) -> Int {
    var count = symbols.count
    while count > 1 {
      var best = MergeTable.none
      var place = 0
      for index in 0..<count - 1 where outcomes[index].priority < best {
        best = outcomes[index].priority
        place = index
      }
      if best == MergeTable.none { break }
      symbols[place] = outcomes[place].merged
      count -= 1
      for index in place + 1..<max(count, place + 1) {
        symbols[index] = symbols[index + 1]
        outcomes[index] = outcomes[index + 1]
      }
      if place + 1 < count { outcomes[place] = merges.outcome(symbols[place], symbols[place + 1]) }
      if place > 0 { outcomes[place - 1] = merges.outcome(symbols[place - 1], symbols[place]) }
    }
    return count
  }
}

internal import CTokenScan

/// The rules for two bytes, half of all look-ups: a table that is read by a byte and the next one.
struct BytePairs: Sendable {
  private var tokens: [Int32] = []
  private var pairs: [tokenscan_byte_pair] = []

  /// No pair at all: nothing may be asked for.
  init() {}

  /// Takes the rules out of the table. A byte without a token is -1.
  init(_ tokens: [Int32], _ merges: MergeTable) {
    self.tokens = tokens
    pairs.reserveCapacity(tokens.count * tokens.count)
    for left in tokens {
      for right in tokens {
        let outcome = merges.outcome(left, right)
        // Below a limit of 0 nothing is.
        pairs.append(
          tokenscan_byte_pair(
            priority: outcome.priority, merged: outcome.merged, early: MergeTable.none, limit: 0))
      }
    }
  }

  /// Finds out which pairs may be merged before anything else, where all that takes one of the two away comes later.
  ///
  /// - Precondition: Every rule makes of two tokens the one that has the bytes of both.
  mutating func findEarly(_ vocabulary: Vocabulary, _ merges: MergeTable) {
    var least = [UInt32](repeating: MergeTable.none, count: vocabulary.count)
    for pair in pairs.indices { pairs[pair].limit = MergeTable.none }
    merges.forEach { rule in
      let priority = rule.outcome.priority
      let (left, right) = (Int(rule.left), Int(rule.right))
      least[left] = min(least[left], priority)
      least[right] = min(least[right], priority)
      let last = vocabulary.withBytes(of: TokenID(rule.left)) { $0.last }
      guard let last, let first = vocabulary.withBytes(of: TokenID(rule.right), { $0.first }) else { return }
      let pair = Int(last) << 8 | Int(first)
      pairs[pair].limit = min(pairs[pair].limit, priority)
    }
    for pair in pairs.indices where pairs[pair].priority != MergeTable.none {
      let (priority, merged) = (pairs[pair].priority, Int(pairs[pair].merged))
      if least[merged] > priority { pairs[pair].early = priority }
    }
  }

  /// For a loop: what becomes of two bytes.
  @inline(__always)
  func withOutcomes(_ body: ((UInt8, UInt8) -> MergeTable.Outcome) -> Void) {
    pairs.withUnsafeBufferPointer { pairs in
      body { left, right in
        let found = pairs[Int(left) &<< 8 | Int(right)]
        return MergeTable.Outcome(priority: found.priority, merged: found.merged)
      }
    }
  }

  /// The bytes as C reads them.
  @inline(__always)
  func withBytes(_ body: (tokenscan_bytes) -> Void) {
    tokens.withUnsafeBufferPointer { tokens in
      pairs.withUnsafeBufferPointer { pairs in
        body(tokenscan_bytes(tokens: tokens.baseAddress, pairs: pairs.baseAddress))
      }
    }
  }
}

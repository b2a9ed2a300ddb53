import TestSupport

@testable import Tokenization

/// Rules that a seed makes: tokens 0 and up are the letters, then a token per merge; a few merges may make the
/// same token.
struct RandomMerges {
  let letters: Int
  var tokens: [[UInt8]]
  var merges: [(Int, Int, merged: Int)] = []

  /// So many letters, and rules for pairs of what there is already.
  init(letters: Int, mergeCount: Int, using generator: inout SplitMix64) {
    self.letters = letters
    tokens = (0..<letters).map { [UInt8($0)] }
    var seen: Set<[Int]> = []
    for _ in 0..<mergeCount {
      let left = Int.random(in: 0..<tokens.count, using: &generator)
      let right = Int.random(in: 0..<tokens.count, using: &generator)
      guard seen.insert([left, right]).inserted, tokens[left].count + tokens[right].count < 40 else {
        continue
      }
      let bytes = tokens[left] + tokens[right]
      if let known = tokens.firstIndex(of: bytes) {
        merges.append((left, right, merged: known))
      } else {
        tokens.append(bytes)
        merges.append((left, right, merged: tokens.count - 1))
      }
    }
  }

  /// The rules as the encoder has them.
  var table: MergeTable {
    var table = MergeTable(capacity: 1)
    for (priority, merge) in merges.enumerated() {
      table.insert(Int32(merge.0), Int32(merge.1), priority: UInt32(priority), merged: Int32(merge.merged))
    }
    return table
  }

  /// The rules as the definition has them.
  var slow: SlowBPE {
    SlowBPE(
      priorities: Dictionary(
        merges.enumerated().map { ([tokens[$1.0], tokens[$1.1]], $0) },
        uniquingKeysWith: { first, _ in first }))
  }
}

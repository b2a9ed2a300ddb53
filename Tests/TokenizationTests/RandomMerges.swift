import TestSupport

@testable import Tokenization

/// Rules that a seed makes: tokens 0 and up are the letters, then a token per merge; a few merges may make the
/// same token.
struct RandomMerges {
  let letters: Int
  var tokens: [[UInt8]]
  var merges: [(Int, Int, merged: Int)] = []

  private var seen: Set<[Int]> = []

  /// So many letters, and rules for pairs of what there is already.
  init(letters: Int, mergeCount: Int, using generator: inout SplitMix64) {
    self.init(letters: (0..<letters).map { UInt8($0) })
    for _ in 0..<mergeCount { addRandom(using: &generator) }
  }

  /// These letters, and no rule yet.
  init(letters: [UInt8]) {
    self.letters = letters.count
    tokens = letters.map { [$0] }
  }

  /// Adds a rule for two tokens that there are already.
  mutating func addRandom(using generator: inout SplitMix64) {
    let left = Int.random(in: 0..<tokens.count, using: &generator)
    let right = Int.random(in: 0..<tokens.count, using: &generator)
    if tokens[left].count + tokens[right].count < 40 { add(left, right) }
  }

  /// Adds a rule for two tokens if they have none, and returns the token that they become.
  @discardableResult mutating func add(_ left: Int, _ right: Int) -> Int {
    let bytes = tokens[left] + tokens[right]
    let merged = tokens.firstIndex(of: bytes) ?? tokens.count
    guard seen.insert([left, right]).inserted else { return merged }
    if merged == tokens.count { tokens.append(bytes) }
    merges.append((left, right, merged: merged))
    return merged
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

import TestSupport
import Testing

@testable import Tokenization

@Suite struct MergeGroupTests {
  /// The tokens of pieces that are merged in groups, as bytes; a group is closed where it is full or `closes` says so.
  private func grouped(_ pieces: [[UInt8]], _ rules: RandomMerges, closing closes: () -> Bool) -> [[[UInt8]]]
  {
    let bytes = (0..<256).map { $0 < rules.letters ? Int32($0) : -1 }
    var encoding = BytePairEncoding(merges: rules.table)
    encoding.prepareBytes(bytes)
    var found: [[[UInt8]]] = Array(repeating: [], count: pieces.count)
    MergeGroup.withSpace { group in
      func finish() {
        group.finish(encoding.merges) { number, list in
          list.forEach { found[Int(number)].append(rules.tokens[Int($0)]) }
        }
      }
      for (number, piece) in pieces.enumerated() {
        piece.withUnsafeBufferPointer { group.add($0, number: Int32(number), bytes, encoding) }
        if group.isFull || closes() { finish() }
      }
      finish()
    }
    return found
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `pieces that take turns have the tokens of the definition`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let rules = RandomMerges(letters: 2 + Int(seed % 4), mergeCount: 60, using: &generator)
    let pieces = (0..<100).map { _ in
      (0..<Int.random(in: 1...MergeGroup.longest, using: &generator)).map { _ in
        UInt8.random(in: 0..<UInt8(rules.letters), using: &generator)
      }
    }
    // Groups of every size, full ones among them.
    let found = grouped(pieces, rules) { Int.random(in: 0..<24, using: &generator) == 0 }
    #expect(found == pieces.map { rules.slow.tokens(of: $0) })
  }

  @Test func `a piece that is done early leaves the others their turns`() {
    // With the rules a a → b, b b → c, c c → d: one letter has none, fifteen take eleven turns.
    var generator = SplitMix64(seed: 0)
    var rules = RandomMerges(letters: 1, mergeCount: 0, using: &generator)
    for level in 0..<3 {
      rules.merges.append((level, level, merged: level + 1))
      rules.tokens.append(rules.tokens[level] + rules.tokens[level])
    }
    let pieces = [1, 15, 2, 8].map { [UInt8](repeating: 0, count: $0) }
    #expect(grouped(pieces, rules) { false }.map { $0.map(\.count) } == [[1], [8, 4, 2, 1], [2], [8]])
  }

  @Test func `a group has room for as many as it says`() {
    let encoding = BytePairEncoding(merges: MergeTable(capacity: 1))
    MergeGroup.withSpace { group in
      let isFull = (1...MergeGroup.size).map { number in
        withUnsafePointer(to: UInt8(1)) {
          group.add(
            UnsafeBufferPointer(start: $0, count: 1), number: Int32(number), Array(repeating: 0, count: 256),
            encoding)
        }
        return group.isFull
      }
      #expect(isFull == (1...MergeGroup.size).map { $0 == MergeGroup.size })
    }
  }
}

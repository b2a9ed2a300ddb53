import TestSupport
import Testing

@testable import Tokenization

@Suite struct BytePairEncodingTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `the fast loops agree with the definition`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let vocabulary = RandomMerges(letters: 2 + Int(seed % 4), mergeCount: 60, using: &generator)
    let encoding = BytePairEncoding(merges: vocabulary.table)
    for length in [0, 1, 2, 3, 7, 30, BytePairEncoding.shortLimit + 40] {
      let piece = (0..<length).map { _ in UInt8.random(in: 0..<UInt8(2 + seed % 4), using: &generator) }
      let expected = vocabulary.slow.tokens(of: piece)
      var symbols = piece.map { Int32($0) }
      var heaped = symbols
      encoding.merge(&symbols)
      encoding.mergeByHeap(&heaped)
      #expect(symbols.map { vocabulary.tokens[Int($0)] } == expected)
      #expect(heaped == symbols)
    }
  }

  @Test func `of equal pairs the leftmost merges first`() {
    // a a a with the rule (a, a) → b: the first two merge and the third stays.
    var table = MergeTable(capacity: 1)
    table.insert(0, 0, priority: 0, merged: 1)
    var symbols: [Int32] = [0, 0, 0]
    BytePairEncoding(merges: table).merge(&symbols)
    #expect(symbols == [1, 0])
  }

  @Test func `a hundred thousand equal letters are merged by the heap`() {
    // Rules 0: a a → b, 1: b b → c, 2: c c → d. 100,000 = 12,500 · 8.
    var table = MergeTable(capacity: 3)
    for level in 0..<3 as Range<Int32> {
      table.insert(level, level, priority: UInt32(level), merged: level + 1)
    }
    var symbols = [Int32](repeating: 0, count: 100_000)
    BytePairEncoding(merges: table).merge(&symbols)
    #expect(symbols == [Int32](repeating: 3, count: 12_500))
  }

  @Test func `of two rules for a pair the later holds`() {
    var table = MergeTable(capacity: 1)
    table.insert(0, 1, priority: 0, merged: 2)
    table.insert(0, 1, priority: 5, merged: 3)
    #expect(table.outcome(0, 1).merged == 3)
    #expect(table.outcome(0, 1).priority == 5)
    #expect(table.outcome(1, 0).priority == MergeTable.none)
  }

  @Test func `tokens of more than 21 bits are not merged in turns`() {
    var table = MergeTable(capacity: 2)
    table.insert(0, 1, priority: 0, merged: 2)
    #expect(table.canBePacked)
    var encoding = BytePairEncoding(merges: table)
    encoding.prepareBytes(Array(0..<256))
    #expect(encoding.canBePacked)
    encoding.prepareBytes(Array(0..<255) + [1 << 21])
    #expect(!encoding.canBePacked)
    table.insert(0, 2, priority: 1, merged: 1 << 21)
    #expect(!table.canBePacked)
  }

  @Test func `a copy of a table keeps its rules`() {
    var table = MergeTable(capacity: 1)
    table.insert(0, 1, priority: 0, merged: 2)
    let copy = table
    for number in 1..<100 as Range<Int32> {
      table.insert(number, 1, priority: UInt32(number), merged: number + 2)
    }
    table.insert(0, 1, priority: 5, merged: 3)
    #expect(copy.outcome(0, 1).merged == 2)
    #expect(copy.outcome(7, 1) == .nothing)
    #expect(table.outcome(0, 1).merged == 3)
    #expect(table.outcome(99, 1).merged == 101)
  }
}

import Testing

@testable import Tokenization

@Suite struct BytePairsTests {
  private func outcomes(_ pairs: BytePairs, _ wanted: [(UInt8, UInt8)]) -> [MergeTable.Outcome] {
    var found: [MergeTable.Outcome] = []
    pairs.withOutcomes { outcome in found = wanted.map { outcome($0, $1) } }
    return found
  }

  @Test func `the rules for bytes are those of the table`() {
    // The tokens of bytes begin at 1000, and 255 has none.
    let tokens = (0..<256).map { $0 < 255 ? Int32(1000 + $0) : -1 }
    var table = MergeTable(capacity: 2)
    table.insert(1000, 1001, priority: 7, merged: 5)
    table.insert(1254, 1254, priority: 3, merged: 9)
    #expect(
      outcomes(BytePairs(tokens, table), [(0, 1), (254, 254), (1, 0), (254, 255), (255, 255), (0, 0)]) == [
        .init(priority: 7, merged: 5), .init(priority: 3, merged: 9), .nothing, .nothing, .nothing, .nothing,
      ])
  }

  @Test func `all pairs may have a rule, and all but one`() {
    let tokens = Array(Int32(0)..<256)
    for without in [nil, 0, 65_535] as [Int32?] {
      var table = MergeTable(capacity: 65_536)
      for pair in 0..<Int32(65_536) where pair != without {
        table.insert(pair >> 8, pair & 255, priority: UInt32(pair), merged: 256 + pair)
      }
      let pairs = BytePairs(tokens, table)
      let expected = [0, 255, 256, 65_535].map { (pair: Int32) in
        pair == without ? .nothing : MergeTable.Outcome(priority: UInt32(pair), merged: 256 + pair)
      }
      #expect(outcomes(pairs, [(0, 0), (0, 255), (1, 0), (255, 255)]) == expected)
    }
  }
}

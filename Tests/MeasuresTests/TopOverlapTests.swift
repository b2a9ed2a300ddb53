import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// How many of their ten most probable tokens two models share.
@Suite struct TopOverlapTests {
  private func record(_ reference: [Float], _ tuned: [Float]) throws -> PositionMeasures {
    try DivergenceKernel(topCount: TopOverlap.depth).measure(
      reference: StoredRows.float32(reference), tuned: StoredRows.float32(tuned), emitted: TokenID(0)
    ).record(position: 0, emitted: TokenID(0))
  }

  @Test func `two orders of twelve tokens by hand`() throws {
    // Falling and rising: tokens 0 … 9 against 11 … 2.
    let falling = (0..<12).map { Float(-$0) }
    #expect(try record(falling, falling.reversed()).topOverlap == 8)
    #expect(try record(falling, falling).topOverlap == 10)
    // All alike: the ten lowest ids, of which two are not among the last ten.
    #expect(try record(Array(repeating: 0, count: 12), falling.reversed()).topOverlap == 8)
  }

  @Test func `fewer than ten tokens with any probability are not compared`() throws {
    let few = (0..<9).map { Float($0) } + [-.infinity, -.infinity, -.infinity]
    #expect(try record(few, (0..<12).map { Float($0) }).topOverlap == nil)
    let plain = try DivergenceKernel().measure(
      reference: StoredRows.float32([1, 2]), tuned: StoredRows.float32([1, 2]), emitted: TokenID(0))
    #expect(plain.record(position: 0, emitted: TokenID(0)).topOverlap == nil)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `it is that of two sorted vocabularies`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let reference = (0..<3000).map { _ in Float(Int.random(in: 0..<200, using: &generator)) }
    let tuned = reference.map { $0 + Float(Int.random(in: 0..<20, using: &generator)) }
    func top(_ row: [Float]) -> Set<Int> {
      Set(row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }.prefix(10))
    }
    #expect(
      try record(reference, tuned).topOverlap == top(reference).intersection(top(tuned)).count,
      "seed \(seed)")
  }

  private func list(_ ids: [Int32], cap: Double? = nil) -> TruncatedRow {
    let logprobs = ids.indices.map { -1 - 0.5 * Double($0) }
    return TruncatedRow(
      tokens: ids.map { TokenID($0) }[...], logprobs: logprobs[...], unlistedCap: cap ?? logprobs.last ?? 0,
      emittedLogprob: nil, emittedRank: nil, precision: 0)
  }

  private func overlap(_ reference: TruncatedRow, _ tuned: TruncatedRow) -> Int? {
    var comparison = TruncatedComparison()
    return comparison.measures(
      position: 0, token: TokenID(1), reference: reference, tuned: tuned, vocabularySize: nil, floor: nil)?
      .topOverlap
  }

  @Test func `of lists the first ten tokens count, where so many are certainly the first`() {
    let twelve = list(Array(1...12))
    #expect(overlap(twelve, list(Array(1...12).reversed())) == 8)
    #expect(overlap(twelve, list(Array(1...10))) == 10)
    #expect(overlap(twelve, list(Array(1...9))) == nil)
    // The tenth token stands below the cap: others that are not listed may come before it.
    #expect(overlap(twelve, list(Array(1...10), cap: -5)) == nil)
  }
}

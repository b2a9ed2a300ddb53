import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// Top lists cut from all logprobs of a position.
@Suite struct TruncatedCutTests {
  @Test func `ties are cut at the lowest id`() {
    let row = TruncatedRow(cutting: [-2, -1, -3, -1, -2], top: 3, emitted: TokenID(4), precision: 0.5)
    #expect(row.tokens == [1, 3, 0, 4].map { TokenID($0) }[...])
    #expect(row.logprobs == [-1, -1, -2, -2][...])
    #expect(row.unlistedCap == -2)
    #expect(row.emittedLogprob == -2)
    #expect(row.emittedRank == 3)
    #expect(row.precision == 0.5)
  }

  @Test func `a list of nothing caps nothing`() {
    let row = TruncatedRow(cutting: [-1, -2], top: 0, emitted: nil)
    #expect(row.tokens.isEmpty)
    #expect(row.unlistedCap == 0)
    #expect(row.emittedRank == nil)
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `the list is the beginning of all tokens in order`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let logprobs = (0..<100).map { _ in Double(Int.random(in: -30...0, using: &generator)) }
    let sorted = logprobs.indices.sorted { (logprobs[$1], $0) < (logprobs[$0], $1) }
    let k = Int.random(in: 1...120, using: &generator)
    let row = TruncatedRow(cutting: logprobs, top: k, emitted: nil)
    #expect(row.tokens.map { Int($0.rawValue) } == Array(sorted.prefix(k)))
    #expect(row.unlistedCap == logprobs[sorted[min(k, 100) - 1]])
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `a dense row cut to what the other lists contains the true divergence`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let pair = DensePair.random(size: 300, using: &generator)
    let tuned = TruncatedRow.list(pair.tuned, top: 10, digits: 6)
    let reference = TruncatedRow(
      cutting: pair.reference.map { log($0) }, top: 64, including: tuned.tokens, emitted: nil)
    let alone = TruncatedRow(cutting: pair.reference.map { log($0) }, top: 10, emitted: nil)
    let mixed = truncatedDivergences(reference: reference, tuned: tuned, vocabularySize: 300, floor: nil)
    let narrow = truncatedDivergences(reference: alone, tuned: tuned, vocabularySize: 300, floor: nil)
    #expect(mixed.klTunedReference.low <= pair.divergences.kl)
    #expect(mixed.klTunedReference.low >= narrow.klTunedReference.low - 1e-9)
  }
}

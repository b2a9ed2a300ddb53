import Foundation
import Measures
import Testing
import Tokenization
import Traces

/// The flat record of one position, from two lists.
@Suite struct TruncatedMeasuresTests {
  private func row(emittedLogprob: Double?, emittedRank: Int?) -> TruncatedRow {
    TruncatedRow(
      tokens: [5, 3, 8].map { TokenID($0) }[...], logprobs: [log(0.5), log(0.2), log(0.2)][...],
      unlistedCap: log(0.2), emittedLogprob: emittedLogprob, emittedRank: emittedRank, precision: 0)
  }

  @Test func `what the file states about the emitted token is kept`() throws {
    var comparison = TruncatedComparison()
    let record = comparison.measures(
      position: 4, token: TokenID(40), reference: row(emittedLogprob: -5, emittedRank: 9),
      tuned: row(emittedLogprob: -1, emittedRank: 2), vocabularySize: nil, floor: nil)
    let measures = try #require(record)
    #expect(measures.position == 4)
    #expect(measures.tokenID == TokenID(40))
    #expect(measures.rankShift == 7)
    #expect(measures.logprobShift == 4)
    #expect(measures.topReference == TokenID(5))
    #expect(abs(measures.coverageTuned - 0.9) < 1e-15)
    #expect(measures.divergences.klTunedReference.low == 0)
  }

  @Test func `what the file does not state is read off the list`() {
    let silent = row(emittedLogprob: nil, emittedRank: nil)
    #expect(silent.emitted(TokenID(5)) == (log(0.5), 1))
    // Two tokens share the second place: 1 + one token strictly above.
    #expect(silent.emitted(TokenID(8)) == (log(0.2), 2))
    #expect(silent.emitted(TokenID(1)) == (nil, nil))
  }

  @Test func `a token listed below the cap has no rank`() {
    // Tokens that are not listed may stand between 0.2 and 0.01.
    let row = TruncatedRow.hand([5: 0.5, 3: 0.2, 8: 0.01], cap: 0.2)
    #expect(row.emitted(TokenID(8)) == (log(0.01), nil))
  }

  @Test func `a position without any listed token has no record`() {
    var comparison = TruncatedComparison()
    let empty = TruncatedRow.hand([:])
    let record = comparison.measures(
      position: 0, token: TokenID(0), reference: empty, tuned: .hand([0: 0.5]), vocabularySize: nil,
      floor: nil)
    #expect(record == nil)
  }
}

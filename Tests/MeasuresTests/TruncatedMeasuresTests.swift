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

  /// The record of a position where the reference gives the emitted token no rank.
  private func unranked(_ reference: TruncatedRow, emittedLogprob: Double?) throws -> PositionMeasures {
    var reference = reference
    reference.emittedLogprob = emittedLogprob
    var comparison = TruncatedComparison()
    let record = comparison.measures(
      position: 0, token: TokenID(1), reference: reference, tuned: .hand([1: 0.5], cap: 0.3),
      vocabularySize: nil, floor: nil)
    return try #require(record)
  }

  @Test func `a token below three others is shifted, whatever its rank`() throws {
    let three = TruncatedRow.hand([5: 0.4, 3: 0.3, 8: 0.1], cap: 0.1)
    let below = try unranked(three, emittedLogprob: log(0.05))
    #expect(below.rankReference == nil && below.rankReferenceLow == 4 && below.shiftClass == .shifted)
    // Nothing is known of its rank shift, which would need the rank.
    #expect(below.rankShift == nil)
    // A token as probable as the last one listed has rank 3: only strictly more probable ones count.
    let equal = try unranked(three, emittedLogprob: log(0.1))
    #expect(equal.rankReferenceLow == 3 && equal.shiftClass == nil)
    // Where its logprob is not known either, it may be as probable as the last one listed.
    #expect(try unranked(three, emittedLogprob: nil).rankReferenceLow == 3)
    let four = TruncatedRow.hand([5: 0.4, 3: 0.3, 8: 0.1, 9: 0.05], cap: 0.05)
    #expect(try unranked(four, emittedLogprob: nil).shiftClass == .shifted)
  }

  @Test func `below one or two others a token may be marginal or shifted`() throws {
    let one = try unranked(.hand([5: 0.4], cap: 0.4), emittedLogprob: log(0.05))
    #expect(one.rankReferenceLow == 2 && one.shiftClass == nil)
    let two = try unranked(.hand([5: 0.4, 3: 0.3], cap: 0.3), emittedLogprob: log(0.05))
    #expect(two.rankReferenceLow == 3 && two.shiftClass == nil)
  }

  @Test func `a token listed in addition counts the tokens above it, not itself`() throws {
    let row = TruncatedRow.hand([5: 0.4, 3: 0.3, 8: 0.1, 1: 0.05], cap: 0.1)
    let record = try unranked(row, emittedLogprob: log(0.05))
    #expect(record.rankReferenceLow == 4 && record.shiftClass == .shifted)
  }

  @Test func `a known rank needs no bound`() throws {
    var row = TruncatedRow.hand([5: 0.4, 3: 0.3, 8: 0.1], cap: 0.1)
    row.emittedRank = 2
    let record = try unranked(row, emittedLogprob: log(0.3))
    #expect(record.rankReference == 2 && record.rankReferenceLow == nil && record.shiftClass == .marginal)
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

import Foundation
import Measures
import Testing
import Tokenization
import Traces

/// Bounds that can be worked out on paper.
@Suite struct TruncatedHandTests {
  private func near(_ value: Double?, _ expected: Double) -> Bool {
    guard let value else { return false }
    return abs(value - expected) <= 1e-12
  }

  @Test func `one shared token leaves one lump on either side`() {
    // Tuned (3/4, rest 1/4), reference (1/2, rest 1/2).
    let bounds = truncatedDivergences(
      reference: .hand([0: 0.5]), tuned: .hand([0: 0.75]), vocabularySize: nil, floor: nil)
    // 3/4 ln(3/2) + 1/4 ln(1/2) and 1/2 ln(2/3) + 1/2 ln 2
    #expect(near(bounds.klTunedReference.low, 0.1308120359411373))
    #expect(near(bounds.klReferenceTuned.low, 0.14384103622589042))
    #expect(bounds.klTunedReference.high == nil)
    #expect(bounds.klReferenceTuned.high == nil)
    // TV: at least |3/4 − 1/2|; at most 1 − min(3/4, 1/2), when the rests share no token.
    #expect(near(bounds.totalVariation.low, 0.25))
    #expect(near(bounds.totalVariation.high, 0.5))
    // JS of the lumps with mixture (5/8, 3/8): ½ [3/4 ln(6/5) + 1/4 ln(2/3) + 1/2 ln(4/5) + 1/2 ln(4/3)]
    #expect(near(bounds.jensenShannon.low, 0.03382207556860523))
    // ½ [3/4 ln(6/5) + 1/2 ln(4/5)] + ½ ln 2 · (1/4 + 1/2)
    #expect(near(bounds.jensenShannon.high, 0.2725148886791567))
  }

  @Test func `tokens listed on one side only are held down by the cap of the other`() {
    // Tuned lists token 0 (3/4), reference token 1 (1/2). The reference can give token 0 at most 1/2, tuned
    // token 1 at most 1/4; then nothing is left: (3/4, 1/4) against (1/2, 1/2).
    let bounds = truncatedDivergences(
      reference: .hand([1: 0.5]), tuned: .hand([0: 0.75]), vocabularySize: nil, floor: nil)
    #expect(near(bounds.klTunedReference.low, 0.1308120359411373))
    #expect(near(bounds.totalVariation.low, 0.25))
    #expect(near(bounds.totalVariation.high, 1))
    #expect(near(bounds.jensenShannon.high, log(2)))
  }

  @Test func `a listed emitted token does not lower the cap`() {
    // The top list ends at 1/4; token 9 is listed in addition with 1/100. A token that is not listed may have 1/4.
    let reference = TruncatedRow.hand([0: 0.5, 1: 0.25, 9: 0.01], cap: 0.25)
    let bounds = truncatedDivergences(
      reference: reference, tuned: .hand([0: 0.5, 2: 0.25]), vocabularySize: nil, floor: nil)
    // (1/2, 1/4 on 1, 1/4 on 2) is allowed for tuned; 0.23 on 2 is the most the reference has left for it.
    #expect(bounds.totalVariation.low <= 0.02 + 1e-12)
    let lowered = TruncatedRow.hand([0: 0.5, 1: 0.25, 9: 0.01])
    let wrong = truncatedDivergences(
      reference: lowered, tuned: .hand([0: 0.5, 2: 0.25]), vocabularySize: nil, floor: nil)
    #expect(near(wrong.totalVariation.low, 0.24))
  }

  @Test func `a floor gives the KL an upper bound`() {
    let bounds = truncatedDivergences(
      reference: .hand([0: 0.5]), tuned: .hand([0: 0.75]), vocabularySize: nil, floor: log(0.01))
    // 3/4 ln(3/2) + 1/4 ln(1/4 ÷ 1/100), and 1/2 ln(2/3) + 1/2 ln(1/2 ÷ 1/100)
    #expect(near(bounds.klTunedReference.high, 1.1088177872981724))
    #expect(near(bounds.klReferenceTuned.high, 1.7532789486599910))
    // A floor above a listed probability is contradicted by the row.
    let contradicted = truncatedDivergences(
      reference: .hand([0: 0.5]), tuned: .hand([0: 0.75]), vocabularySize: nil, floor: log(0.6))
    #expect(contradicted.klTunedReference.high == nil)
  }

  @Test func `entropy packs what is left or spreads it out`() {
    // Listed 0.3 and 0.2, left 0.5: at least two tokens of 0.2 and one of 0.1; at most 0.05 on each of ten.
    let row = TruncatedRow.hand([0: 0.3, 1: 0.2])
    let bounds = truncatedDivergences(reference: row, tuned: row, vocabularySize: 12, floor: nil)
    // 0.3 ln(1/0.3) + 3 · 0.2 ln 5 + 0.1 ln 10
    #expect(near(bounds.entropyTuned.low, 1.5571130980576458))
    // 0.3 ln(1/0.3) + 0.2 ln 5 + 0.5 ln 20
    #expect(near(bounds.entropyTuned.high, 2.1809455605616125))
    let unknown = truncatedDivergences(reference: row, tuned: row, vocabularySize: nil, floor: nil)
    #expect(near(unknown.entropyTuned.low, 1.5571130980576458))
    #expect(unknown.entropyTuned.high == nil)
  }

  @Test func `a missing token is known where all others are listed`() throws {
    // V = 3 and two listed: the third has what is left, (1/2, 1/4, 1/4) against (1/4, 1/2, 1/4).
    let bounds = truncatedDivergences(
      reference: .hand([1: 0.5, 0: 0.25]), tuned: .hand([0: 0.5, 1: 0.25]), vocabularySize: 3, floor: nil)
    // 1/2 ln 2 − 1/4 ln 2
    let expected = 0.17328679513998632
    #expect(abs(bounds.klTunedReference.low - expected) < 1e-12)
    #expect(abs(try #require(bounds.klTunedReference.high) - expected) < 1e-10)
    #expect(near(bounds.totalVariation.low, 0.25))
  }

  @Test func `a token that only the tuned model allows makes the divergence infinite`() {
    let bounds = truncatedDivergences(
      reference: .hand([0: 1, 1: 0]), tuned: .hand([0: 0.5, 1: 0.5]), vocabularySize: nil, floor: nil)
    #expect(bounds.klTunedReference == .between(low: .infinity, high: .infinity))
    // 1 · ln(1 ÷ 1/2): tuned has no mass left for anything else.
    #expect(near(bounds.klReferenceTuned.low, log(2)))
    #expect(near(bounds.totalVariation.low, 0.5))
  }

  @Test func `probabilities too small for a number are not taken for zero`() {
    let reference = TruncatedRow(
      tokens: [TokenID(0), TokenID(1)][...], logprobs: [0, -900][...], unlistedCap: -900, emittedLogprob: nil,
      emittedRank: nil, precision: 0)
    let bounds = truncatedDivergences(
      reference: reference, tuned: .hand([0: 0.5, 1: 0.5]), vocabularySize: 2, floor: nil)
    // 1/2 ln(1/2) + 1/2 (ln(1/2) + 900) = 450 − ln 2
    #expect(bounds.klTunedReference.low <= 450 - log(2))
    #expect(bounds.klTunedReference.low > 300)
    #expect(bounds.klTunedReference.high == nil)
  }

  @Test func `a list that sums to more than 1 is reconciled, not refused`() {
    // 0.7 + 0.4: both rows can only be what they are up to a factor of 1.1.
    let row = TruncatedRow.hand([0: 0.7, 1: 0.4])
    let bounds = truncatedDivergences(reference: row, tuned: row, vocabularySize: 5, floor: nil)
    #expect(bounds.klTunedReference.low == 0)
    #expect(bounds.totalVariation.low == 0)
    #expect(row.coverage == 1)
    // H(7/11, 4/11) is allowed.
    #expect(bounds.entropyTuned.low <= 0.6554817739013927)
  }

  @Test func `a row that says nothing bounds nothing`() {
    for empty in [
      TruncatedRow.hand([:], cap: 0), .hand([0: .nan]), .hand([0: 0], cap: 0), .hand([0: 0.5], cap: .nan),
      .hand([0: 0.5], precision: .infinity),
    ] {
      let bounds = truncatedDivergences(
        reference: empty, tuned: .hand([0: 0.5]), vocabularySize: 4, floor: nil)
      #expect(bounds.klTunedReference == .between(low: 0, high: nil))
      #expect(bounds.jensenShannon == .between(low: 0, high: log(2)))
      #expect(bounds.totalVariation == .between(low: 0, high: 1))
      #expect(bounds.entropyReference == .between(low: 0, high: log(4)))
    }
  }

  @Test func `a vocabulary size that a listed id contradicts is taken as unknown`() {
    let row = TruncatedRow.hand([7: 0.5])
    let bounds = truncatedDivergences(reference: row, tuned: row, vocabularySize: 7, floor: nil)
    #expect(bounds.entropyTuned.high == nil)
  }
}

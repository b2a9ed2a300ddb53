import Measures
import TestSupport
import Testing
import Tokenization

@Suite struct PositionMeasuresTests {
  /// A position whose token is 5, with these ranks and first choices.
  private func position(ranks: (Int?, Int?), tops: (Int32, Int32)) -> PositionMeasures {
    var position = PositionMeasures.example(position: 0, token: 5, kl: .exact(1), ranks: ranks)
    position.topReference = TokenID(tops.0)
    position.topTuned = TokenID(tops.1)
    return position
  }

  @Test func `a row that lists the emitted token alone does not tell the first choice`() {
    // Rank 4 under the reference and no other token listed; rank 1 under the tuned model.
    let listed = position(ranks: (4, 1), tops: (5, 5))
    #expect(listed.knownTopReference == nil)
    #expect(listed.knownTopTuned == TokenID(5))
    #expect(position(ranks: (nil, nil), tops: (5, 5)).knownTopTuned == nil)
    #expect(position(ranks: (4, nil), tops: (7, 8)).knownTopReference == TokenID(7))
    #expect(position(ranks: (4, nil), tops: (7, 8)).knownTopTuned == TokenID(8))
  }

  @Test func `first choices that are not known agree on nothing`() {
    let sums = SequenceSums([
      position(ranks: (4, 2), tops: (5, 5)), position(ranks: (1, 1), tops: (5, 5)),
      position(ranks: (4, 2), tops: (7, 7)), position(ranks: (1, 2), tops: (5, 7)),
    ])
    #expect(sums.topAgreement == 2)
    #expect(
      EmittedSums([position(ranks: (4, 2), tops: (5, 5)), position(ranks: (1, 1), tops: (5, 5))]).pathCoverage
        == 1)
  }
}

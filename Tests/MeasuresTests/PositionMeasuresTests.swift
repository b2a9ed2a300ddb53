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
    #expect(sums.topUnknown == 1)
    #expect(
      EmittedSums([position(ranks: (4, 2), tops: (5, 5)), position(ranks: (1, 1), tops: (5, 5))]).pathCoverage
        == 1)
  }

  @Test func `rows that list the emitted token alone tell where it is the first choice of one model only`() {
    #expect(position(ranks: (1, 4), tops: (5, 5)).hasSameTop == false)
    #expect(position(ranks: (4, 1), tops: (5, 5)).hasSameTop == false)
    #expect(position(ranks: (1, 1), tops: (5, 5)).hasSameTop == true)
    #expect(position(ranks: (4, 2), tops: (5, 5)).hasSameTop == nil)
    #expect(position(ranks: (1, nil), tops: (5, 5)).hasSameTop == nil)
    // The reference prefers 7, and what the tuned model prefers is not known.
    #expect(position(ranks: (4, 2), tops: (7, 5)).hasSameTop == nil)
  }

  @Test func `whether the text is the reference's first choice`() {
    #expect(position(ranks: (1, 4), tops: (5, 5)).isReferenceTop == true)
    #expect(position(ranks: (4, 1), tops: (5, 5)).isReferenceTop == false)
    #expect(position(ranks: (4, 1), tops: (7, 5)).isReferenceTop == false)
    // Tied for the first place, and the other one has the lower id.
    #expect(position(ranks: (1, 1), tops: (3, 5)).isReferenceTop == false)
    #expect(position(ranks: (nil, 1), tops: (5, 5)).isReferenceTop == nil)
    var bounded = position(ranks: (nil, 1), tops: (5, 5))
    bounded.rankReferenceLow = 1
    #expect(bounded.isReferenceTop == nil)
    bounded.rankReferenceLow = 2
    #expect(bounded.isReferenceTop == false)
    let sums = EmittedSums([bounded, position(ranks: (nil, 1), tops: (5, 5))])
    #expect((sums.pathCoverage, sums.pathUnknown) == (0, 1))
  }

  @Test func `tokens in common are summed, and those of shifted positions by themselves`() {
    var (first, second, third) = (
      position(ranks: (1, 1), tops: (5, 5)), position(ranks: (4, 1), tops: (7, 5)),
      position(ranks: (9, 1), tops: (7, 5))
    )
    first.topOverlap = 9
    second.topOverlap = 4
    third.topOverlap = nil
    let sums = EmittedSums([first, second, third])
    #expect((sums.topOverlapCount, sums.topOverlap) == (2, 13))
    #expect((sums.shiftedTopOverlapCount, sums.shiftedTopOverlap) == (1, 4))
  }
}

import Measures
import TestSupport
import Testing
import Tokenization

@Suite struct SequenceSumsTests {
  @Test func `exact figures sum to exact means`() {
    let sums = SequenceSums([
      .example(position: 0, kl: .exact(0.5), ranks: (1, 1)),
      .example(position: 1, kl: .exact(1.5), ranks: (7, 2)),
    ])
    #expect(sums.klTunedReference.mean == .exact(1))
    #expect(sums.positions == 2)
    #expect(sums.unshifted == 1)
    #expect(sums.marginal == 0)
    #expect(sums.shifted == 1)
    #expect(sums.rankShift == 5)
    #expect(sums.rankShiftCount == 2)
  }

  @Test func `one bound among exact figures makes the mean a bound`() {
    let sums = SequenceSums([
      .example(position: 0, kl: .exact(1), ranks: (1, 1)),
      .example(position: 1, kl: .between(low: 2, high: 4), ranks: (1, 1)),
    ])
    #expect(sums.klTunedReference.mean == .between(low: 1.5, high: 2.5))
  }

  @Test func `an unknown upper bound makes the mean's unknown`() {
    let sums = SequenceSums([
      .example(position: 0, kl: .between(low: 1, high: 2), ranks: (1, 1)),
      .example(position: 1, kl: .between(low: 3, high: nil), ranks: (1, 1)),
    ])
    #expect(sums.klTunedReference.mean == .between(low: 2, high: nil))
  }

  @Test func `an infinite divergence is counted and in no mean`() {
    let sums = SequenceSums([
      .example(position: 0, kl: .exact(1), ranks: (1, 1)),
      .example(position: 1, kl: .exact(.infinity), ranks: (1, 1)),
    ])
    #expect(sums.klTunedReference.infinite == 1)
    #expect(sums.klTunedReference.mean == .exact(1))
    #expect(
      SequenceSums([.example(position: 0, kl: .exact(.infinity), ranks: (1, 1))]).klTunedReference.mean == nil
    )
  }

  @Test func `an unknown rank is in no class and no mean`() {
    let sums = SequenceSums([.example(position: 0, kl: .exact(1), ranks: (nil, 2))])
    #expect(sums.rankShiftCount == 0)
    #expect(sums.unshifted + sums.marginal + sums.shifted == 0)
  }

  @Test func `an excluded token has no logprob shift`() {
    var position = PositionMeasures.example(position: 0, kl: .exact(1), ranks: (1, 1))
    position.logprobReference = -.infinity
    #expect(SequenceSums([position]).logprobShiftCount == 0)
  }
}

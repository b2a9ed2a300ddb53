public import Measures
import Tokenization

extension PositionMeasures {
  /// A record with these figures; the others are plain and the same everywhere.
  public static func example(
    position: Int, token: Int32 = 5, kl: Figure, ranks: (reference: Int?, tuned: Int?)
  ) -> PositionMeasures {
    PositionMeasures(
      position: position, tokenID: TokenID(token),
      divergences: Divergences(
        klTunedReference: kl, klReferenceTuned: kl, jensenShannon: .exact(0.125),
        totalVariation: .exact(0.25), entropyReference: .exact(1), entropyTuned: .exact(2)),
      logprobReference: -2, logprobTuned: -1.5, rankReference: ranks.reference, rankTuned: ranks.tuned,
      topReference: TokenID(1), topTuned: TokenID(2), coverageReference: 1, coverageTuned: 1)
  }
}

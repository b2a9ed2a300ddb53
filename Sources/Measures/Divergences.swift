/// How two next-token distributions differ, and how spread out each one is. All in nats, TV without unit.
public struct Divergences: Equatable, Sendable, BitwiseCopyable {
  /// `KL(tuned ‖ reference)`, 0 … ∞.
  public var klTunedReference: Figure
  /// `KL(reference ‖ tuned)`, 0 … ∞.
  public var klReferenceTuned: Figure
  /// Jensen–Shannon divergence with the even mixture, 0 … ln 2.
  public var jensenShannon: Figure
  /// Total variation distance, half the L1 distance, 0 … 1.
  public var totalVariation: Figure
  /// Entropy of the reference distribution, 0 … ln V.
  public var entropyReference: Figure
  /// Entropy of the tuned distribution, 0 … ln V.
  public var entropyTuned: Figure

  /// Six figures of one position.
  public init(
    klTunedReference: Figure, klReferenceTuned: Figure, jensenShannon: Figure, totalVariation: Figure,
    entropyReference: Figure, entropyTuned: Figure
  ) {
    self.klTunedReference = klTunedReference
    self.klReferenceTuned = klReferenceTuned
    self.jensenShannon = jensenShannon
    self.totalVariation = totalVariation
    self.entropyReference = entropyReference
    self.entropyTuned = entropyTuned
  }
}

public import Statistics

/// What a mean gives equal weight to.
public enum Weighting: String, CaseIterable, Sendable {
  /// Every position counts the same: the mean over all positions.
  case token
  /// Every sequence counts the same: the mean of each sequence's mean.
  case sequence
}

/// One row of the headline table: a comparison on one task, or on all of its tasks together.
public struct SummaryRow: Equatable, Sendable {
  /// The comparison.
  public var comparison: Comparison
  /// The task; nil for all tasks together.
  public var task: String?
  /// Sequences measured.
  public var sequences: Int
  /// Prompts, which are the clusters of every interval.
  public var prompts: Int
  /// Positions measured.
  public var positions: Int
  /// Positions left out: masked, missing and faulty ones.
  public var excluded: Int
  /// Positions whose `KL(tuned ‖ reference)` is infinite; they are in no mean.
  public var infinite: Int
  /// Mean `KL(tuned ‖ reference)`, nats.
  public var klTunedReference: Estimate?
  /// Mean `KL(reference ‖ tuned)`, nats.
  public var klReferenceTuned: Estimate?
  /// Mean Jensen–Shannon divergence, nats.
  public var jensenShannon: Estimate?
  /// Mean total variation distance.
  public var totalVariation: Estimate?
  /// Mean entropy of the reference, nats.
  public var entropyReference: Estimate?
  /// Mean entropy of the tuned model, nats.
  public var entropyTuned: Estimate?
  /// Mean of reference rank minus tuned rank of the emitted token.
  public var rankShift: Estimate?
  /// Mean of tuned minus reference logprob of the emitted token, nats.
  public var logprobShift: Estimate?
  /// Share of positions whose emitted token has rank 1 in the reference.
  public var unshifted: Estimate?
  /// Share of positions whose emitted token has rank 2 or 3 in the reference.
  public var marginal: Estimate?
  /// Share of positions whose emitted token has a rank beyond 3 in the reference.
  public var shifted: Estimate?
  /// Share of positions where both models have the same most probable token.
  public var topAgreement: Estimate?
  /// Mean covered mass of the reference's rows, 1 for dense ones.
  public var coverageReference: Estimate?
  /// Mean covered mass of the tuned model's rows, 1 for dense ones.
  public var coverageTuned: Estimate?
}

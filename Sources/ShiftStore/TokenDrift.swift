/// How one vocabulary token, or one group of tokens, fared at the positions where it stands in the text.
public struct EmittedDrift: Equatable, Sendable {
  /// The token's id, or the group's number.
  public var tokenID: Int
  /// The positions where it stands.
  public var count: Int
  /// The share of them where the reference ranked it first; nil where no rank is known.
  public var unshiftedShare: Double?
  /// The share of them where the reference ranked it second or third.
  public var marginalShare: Double?
  /// The share of them where the reference ranked it lower.
  public var shiftedShare: Double?
  /// The mean of reference rank minus tuned rank.
  public var rankShiftMean: Double?
  /// The median of reference rank minus tuned rank; nil until ``ShiftIndex/medians(of:in:task:groups:)`` gives it.
  public var rankShiftMedian: Double?
  /// The mean of tuned minus reference logprob, in nats.
  public var logprobShiftMean: Double?
  /// The mean of `KL(tuned ‖ reference)`, or of its lower bounds, in nats.
  public var klTunedReferenceMeanLow: Double?
  /// The mean of its upper bounds; equal to the lower for dense traces, nil where there is none.
  public var klTunedReferenceMeanHigh: Double?
}

/// How probability moved onto or off one vocabulary token, over all positions.
public struct PredictedDrift: Equatable, Sendable {
  /// The token's id, or the group's number.
  public var tokenID: Int
  /// Its additive share of `KL(tuned ‖ reference)`, mean over positions, in nats. The shares of all tokens add up to it.
  /// Nil where traces are truncated.
  public var klShareMean: Double?
  /// Its probability under the tuned model minus that under the reference, mean over positions.
  public var movedMassMean: Double
}

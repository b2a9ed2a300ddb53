/// What positions are gathered by, when it is not their place.
public enum SliceKind: String, CaseIterable, Sendable {
  /// Tenths of the positions, by the reference's entropy.
  case entropy
  /// Buckets of the reference's probability of the emitted token.
  case confidence
}

/// The mean shift over positions that are alike.
public struct SliceRow: Equatable, Sendable {
  /// The comparison.
  public var comparison: Comparison
  /// The slice's place, from 0.
  public var place: Int
  /// The least entropy, in nats, or probability in it.
  public var start: Double
  /// The largest entropy in it, or where its probabilities end.
  public var end: Double
  /// The positions in it.
  public var count: Int
  /// Those of them whose entropy, known only by its bounds, may belong to a later slice.
  public var undecided: Int
  /// The share of them whose emitted token the reference ranked beyond 3.
  public var shiftedShare: Double?
  /// The mean of reference rank minus tuned rank.
  public var rankShiftMean: Double?
  /// The mean of `KL(tuned ‖ reference)`, or of its lower bounds, in nats.
  public var klTunedReferenceMeanLow: Double?
  /// The mean of its upper bounds; equal to the lower for dense traces, nil where there is none.
  public var klTunedReferenceMeanHigh: Double?
}

/// How often the emitted token has a rank in the reference and a rank in the tuned model.
public struct RankCountRow: Equatable, Sendable {
  /// The comparison.
  public var comparison: Comparison
  /// The reference's rank.
  public var reference: RankBin
  /// Positions by the tuned model's rank; as many as there are bins.
  public var counts: [Int]
}

/// Where responses first leave what the reference would have said.
public struct FirstDivergenceRow: Equatable, Sendable {
  /// What is looked for.
  public enum Event: String, CaseIterable, Sendable {
    /// The first emitted token that the reference ranked beyond 3.
    case shifted
    /// The first position where the two models have different first choices, after the same text.
    case otherTop
    /// The first position where the tuned model's own response has another token than the reference's own response to
    /// the prompt.
    case ownText
  }

  /// The comparison.
  public var comparison: Comparison
  /// What is looked for.
  public var event: Event
  /// The sequences.
  public var sequences: Int
  /// Those of them where it may have happened at a position at which that is not known, before any at which it is.
  public var undecided: Int
  /// The share of the others in which it never happens; nil where there is none.
  public var neverShare: Double?
  /// The quartiles of its position over those in which it does; empty where there is none.
  public var quartiles: [Double]
}

/// How much of the shift lies at one end of the responses.
public struct ResponseEndRow: Equatable, Sendable {
  /// The comparison.
  public var comparison: Comparison
  /// True for the first tenth of each response, false for the last.
  public var isStart: Bool
  /// The share of all positions.
  public var positionShare: Double
  /// The share of all shifted positions.
  public var shiftedShare: Double?
  /// The least and the greatest share of the sum of `KL(tuned ‖ reference)`; nil where an upper bound is missing.
  public var klTunedReferenceShare: ClosedRange<Double>?
  /// The same of the Jensen–Shannon divergence, whose upper bound is never missing.
  public var jensenShannonShare: ClosedRange<Double>?
}

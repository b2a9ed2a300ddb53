/// What a sequence adds to every mean: its sufficient statistics.
///
/// Means by token, means by sequence and clustered intervals need nothing more than these.
public struct SequenceSums: Equatable, Sendable {
  /// The number of positions measured.
  public private(set) var positions = 0
  /// `KL(tuned ‖ reference)`.
  public private(set) var klTunedReference = FigureSum()
  /// `KL(reference ‖ tuned)`.
  public private(set) var klReferenceTuned = FigureSum()
  /// Jensen–Shannon divergence.
  public private(set) var jensenShannon = FigureSum()
  /// Total variation distance.
  public private(set) var totalVariation = FigureSum()
  /// Entropy of the reference.
  public private(set) var entropyReference = FigureSum()
  /// Entropy of the tuned model.
  public private(set) var entropyTuned = FigureSum()
  /// Positions of each class.
  public private(set) var unshifted = 0
  /// Positions of each class.
  public private(set) var marginal = 0
  /// Positions of each class.
  public private(set) var shifted = 0
  /// Positions where both ranks are known, and the sum of their rank shifts.
  public private(set) var rankShiftCount = 0
  /// The sum of rank shifts.
  public private(set) var rankShift = 0
  /// Positions where both logprobs of the emitted token are known and finite.
  public private(set) var logprobShiftCount = 0
  /// The sum of `logprobTuned − logprobReference` over them, in nats.
  public private(set) var logprobShift = 0.0
  /// Positions where both models are known to have the same most probable token.
  public private(set) var topAgreement = 0
  /// Positions where it is not known whether they have: rows that list no more than the token in the text.
  public private(set) var topUnknown = 0
  /// The sum of covered mass.
  public private(set) var coverageReference = 0.0
  /// The sum of covered mass.
  public private(set) var coverageTuned = 0.0

  /// No position yet.
  public init() {}

  /// The sums over these positions, added in their order.
  public init(_ measures: some Swift.Sequence<PositionMeasures>) { add(measures) }

  /// Adds these positions in their order.
  public mutating func add(_ measures: some Swift.Sequence<PositionMeasures>) {
    for position in measures { add(position) }
  }

  private mutating func add(_ position: PositionMeasures) {
    positions += 1
    klTunedReference.add(position.divergences.klTunedReference)
    klReferenceTuned.add(position.divergences.klReferenceTuned)
    jensenShannon.add(position.divergences.jensenShannon)
    totalVariation.add(position.divergences.totalVariation)
    entropyReference.add(position.divergences.entropyReference)
    entropyTuned.add(position.divergences.entropyTuned)
    switch position.shiftClass {
    case .unshifted: unshifted += 1
    case .marginal: marginal += 1
    case .shifted: shifted += 1
    case nil: break
    }
    if let shift = position.rankShift {
      rankShiftCount += 1
      rankShift += shift
    }
    if let shift = position.logprobShift, shift.isFinite {
      logprobShiftCount += 1
      logprobShift += shift
    }
    switch position.hasSameTop {
    case true?: topAgreement += 1
    case false?: break
    case nil: topUnknown += 1
    }
    coverageReference += position.coverageReference
    coverageTuned += position.coverageTuned
  }
}

import Measures

/// Sums over positions from which the means of a tally follow.
struct ShiftTotals {
  /// The positions.
  var count = 0
  /// The positions of each class.
  var unshifted = 0
  var marginal = 0
  var shifted = 0
  /// The positions where both ranks are known, and the sum of their rank shifts.
  var rankShiftCount = 0
  var rankShift = 0
  /// The positions where `logprobTuned − logprobReference` is finite, and its sum over them in their order.
  var logprobShiftCount = 0
  var logprobShift = 0.0
  /// `KL(tuned ‖ reference)`.
  var klTunedReference = FigureSum()

  /// The positions whose rank in the reference is known.
  var ranked: Int { unshifted + marginal + shifted }

  /// Adds one position.
  mutating func add(_ position: PositionMeasures) {
    add(
      klTunedReference: position.divergences.klTunedReference, shiftClass: position.shiftClass,
      rankShift: position.rankShift, logprobShift: position.logprobShift)
  }

  /// Adds one position of which these are known.
  mutating func add(
    klTunedReference figure: Figure, shiftClass: ShiftClass?, rankShift shift: Int?,
    logprobShift: Double? = nil
  ) {
    count += 1
    switch shiftClass {
    case .unshifted: unshifted += 1
    case .marginal: marginal += 1
    case .shifted: shifted += 1
    case nil: break
    }
    if let shift {
      rankShiftCount += 1
      rankShift += shift
    }
    if let logprobShift, logprobShift.isFinite {
      logprobShiftCount += 1
      self.logprobShift += logprobShift
    }
    klTunedReference.add(figure)
  }
}

extension RowInsert {
  /// Binds the count and the two sums of a divergence.
  mutating func bind(_ sum: FigureSum) {
    bind(sum.count)
    bind(sum.low)
    bind(sum.high)
  }
}

extension RowValues {
  /// Puts down the count and the two sums of a divergence.
  mutating func put(_ sum: FigureSum) {
    put(sum.count)
    put(sum.low)
    put(sum.high)
  }
}

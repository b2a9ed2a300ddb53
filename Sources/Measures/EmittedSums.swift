import Foundation

/// What a sequence's emitted tokens add to sampled estimates of divergences and to shifts of probability.
///
/// Estimates use one token a position, the one in the text, where a divergence uses all of the vocabulary. With
/// `Δ = ln p_tuned(y) − ln p_reference(y)` of the emitted token y:
///
/// - k1 of `KL(tuned ‖ reference)` is the mean of Δ, k3 that of `e^−Δ − 1 + Δ`, when the tuned model wrote the text;
/// - k1 of `KL(reference ‖ tuned)` is the mean of −Δ, k3 that of `e^Δ − 1 − Δ`, when the reference wrote it.
///
/// On any other text, and on text that was not sampled at temperature 1, they estimate nothing.
///
/// Source: Schulman, "Approximating KL divergence" (2020).
public struct EmittedSums: Equatable, Sendable {
  /// Positions where both ranks are known.
  public private(set) var logRankShiftCount = 0
  /// The sum of `ln rankReference − ln rankTuned` over them.
  public private(set) var logRankShift = 0.0
  /// Positions where both logprobs of the emitted token are known, −∞ included.
  public private(set) var probabilityShiftCount = 0
  /// The sum of `p_tuned(y) − p_reference(y)` over them.
  public private(set) var probabilityShift = 0.0
  /// The sum of its squares.
  public private(set) var probabilityShiftSquare = 0.0
  /// Positions where the emitted token is the reference's most probable one, the lowest id among equals.
  public private(set) var pathCoverage = 0
  /// Positions where it is not known whether it is.
  public private(set) var pathUnknown = 0
  /// Positions where the most probable tokens of both models are known.
  public private(set) var topOverlapCount = 0
  /// The sum of ``PositionMeasures/topOverlap`` over them.
  public private(set) var topOverlap = 0
  /// Those of these positions that are shifted.
  public private(set) var shiftedTopOverlapCount = 0
  /// The sum over the shifted ones.
  public private(set) var shiftedTopOverlap = 0
  /// Positions where Δ is known and finite.
  public private(set) var ratioCount = 0
  /// The sum of `e^−Δ − 1 + Δ` over them.
  public private(set) var k3TunedReference = 0.0
  /// The sum of `e^Δ − 1 − Δ`.
  public private(set) var k3ReferenceTuned = 0.0
  /// The sum of `e^−Δ`, the reference's probability over the tuned model's.
  public private(set) var ratioReferenceTuned = 0.0
  /// The sum of its squares.
  public private(set) var ratioReferenceTunedSquare = 0.0
  /// The sum of `e^Δ`, the tuned model's probability over the reference's.
  public private(set) var ratioTunedReference = 0.0
  /// The sum of its squares.
  public private(set) var ratioTunedReferenceSquare = 0.0

  /// The sums over these positions, added in their order.
  public init(_ measures: some Swift.Sequence<PositionMeasures>) {
    for position in measures { add(position) }
  }

  private mutating func add(_ position: PositionMeasures) {
    switch position.isReferenceTop {
    case true?: pathCoverage += 1
    case false?: break
    case nil: pathUnknown += 1
    }
    if let overlap = position.topOverlap {
      topOverlapCount += 1
      topOverlap += overlap
      if position.shiftClass == .shifted {
        shiftedTopOverlapCount += 1
        shiftedTopOverlap += overlap
      }
    }
    if let reference = position.rankReference, let tuned = position.rankTuned {
      logRankShiftCount += 1
      logRankShift += log(Double(reference)) - log(Double(tuned))
    }
    if let reference = position.logprobReference, let tuned = position.logprobTuned {
      let shift = exp(tuned) - exp(reference)
      probabilityShiftCount += 1
      probabilityShift += shift
      probabilityShiftSquare += shift * shift
    }
    guard let shift = position.logprobShift, shift.isFinite else { return }
    ratioCount += 1
    k3TunedReference += exponentialExcess(-shift)
    k3ReferenceTuned += exponentialExcess(shift)
    ratioReferenceTuned += exp(-shift)
    ratioReferenceTunedSquare += exp(-2 * shift)
    ratioTunedReference += exp(shift)
    ratioTunedReferenceSquare += exp(2 * shift)
  }
}

/// Up to here the series has all digits, and the difference of large numbers has not.
private let seriesReach = 0x1p-6

/// `eˣ − 1 − x`, which is not negative, without cancellation.
func exponentialExcess(_ x: Double) -> Double {
  guard x.magnitude < seriesReach else { return expm1(x) - x }
  var series = 1.0
  for divisor in stride(from: 9.0, through: 3, by: -1) { series = 1 + x / divisor * series }
  return x * x / 2 * series
}

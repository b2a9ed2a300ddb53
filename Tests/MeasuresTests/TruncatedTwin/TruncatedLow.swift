import Foundation

/// Lower bounds of the divergences between any two distributions that a pair of truncated rows allows.
///
/// Each divergence is `Σ F(p, q)` with F convex and `F(p, q) = q·f(p/q)`. For any multipliers λ and μ
///
///     Σ F(p, q)  =  Σ [F(p, q) − λp + μq] + λ − μ  ≥  Σ min over the box of [F − λp + μq]  +  λ − μ,
///
/// because p and q sum to 1. With `λ = f′(α)` and `μ = β f′(β) − f(β)` the minimum in a box is known in closed
/// form (``mostAlike``), and with the ratios of ``TruncatedRatios`` the bound is the exact minimum: strong duality.
/// An inexact root costs tightness, never truth.
struct TruncatedLow {
  /// At most `KL(tuned ‖ reference)`.
  var klTunedReference: Double
  /// At most `KL(reference ‖ tuned)`.
  var klReferenceTuned: Double
  /// At most the Jensen–Shannon divergence.
  var jensenShannon: Double
  /// At most the total variation distance.
  var totalVariation: Double

  /// The bounds of the pair with these boxes.
  init(boxes: Span<TruncatedPair.Box>, ratios: TruncatedRatios) {
    let alpha = ratios.tuned
    let beta = ratios.reference
    var sums = DivergenceTerms.zero
    var left = (tuned: 1.0, reference: 1.0)
    for index in boxes.indices {
      let (p, q) = Self.mostAlike(in: boxes[index], ratios)
      left.tuned -= p
      left.reference -= q
      if p != q { sums += DivergenceTerms(p, q) }
    }
    // Σ (p ln(p/q) − p + q) and its mirror are summed in place of the bare terms; the multipliers absorb the change.
    let error = roundoff(terms: boxes.count)
    func bound(_ sum: Double, _ tunedMultiplier: Double, _ referenceMultiplier: Double) -> Double {
      guard sum.isFinite else { return sum }
      let value = sum + tunedMultiplier * left.tuned + referenceMultiplier * left.reference
      let size = 1 + sum + abs(tunedMultiplier) + abs(referenceMultiplier)
      return max(0, value - error * size)
    }
    klTunedReference = bound(sums.tunedReference, log(alpha), 1 - beta)
    klReferenceTuned = bound(sums.referenceTuned, 1 - 1 / alpha, -log(beta))
    jensenShannon = bound(
      sums.jensenShannon, -log(0.5 + 0.5 / alpha) / 2, -log(0.5 + 0.5 * beta) / 2)
    totalVariation = Self.totalVariation(boxes)
  }

  /// The point of a box where `F(p, q) − λp + μq` is smallest.
  @inline(__always)
  private static func mostAlike(in box: TruncatedPair.Box, _ ratios: TruncatedRatios) -> (Double, Double) {
    let start = ratios.tuned <= ratios.reference ? box.referenceLow : box.referenceHigh
    let p = clamp(ratios.tuned * start, box.tunedLow, box.tunedHigh)
    return (p, clamp(p / ratios.reference, box.referenceLow, box.referenceHigh))
  }

  /// The least total variation inside the boxes.
  ///
  /// The dual is a linear program in (λ, μ) whose vertices are (±½, ±½): each gives one of the four sums.
  private static func totalVariation(_ boxes: Span<TruncatedPair.Box>) -> Double {
    var tunedExcess = 0.0
    var referenceExcess = 0.0
    var overfull = -1.0
    var underfull = 1.0
    for index in boxes.indices {
      let box = boxes[index]
      tunedExcess += max(0, box.tunedLow - box.referenceHigh)
      referenceExcess += max(0, box.referenceLow - box.tunedHigh)
      overfull += max(box.tunedLow, box.referenceLow)
      underfull -= min(box.tunedHigh, box.referenceHigh)
    }
    let value = max(tunedExcess, referenceExcess, overfull, underfull)
    return max(0, value - roundoff(terms: boxes.count))
  }
}

/// The multipliers under which two truncated rows are most alike.
///
/// In the most similar pair of distributions that two rows allow, a token whose tuned probability is free has
/// `tuned / reference = tuned ratio`, and one whose reference probability is free has the reference ratio.
/// The same pair minimises every f-divergence at once, because the derivatives of `q·f(p/q)` depend on p/q
/// only. Which ratios are used decides how tight a lower bound is, never whether it holds: see ``TruncatedLow``.
struct TruncatedRatios: Equatable {
  /// The ratio at which a free tuned probability rests.
  var tuned: Double
  /// The ratio at which a free reference probability rests.
  var reference: Double

  /// Ratios outside of this range would only lose digits; inside it no quotient of probabilities underflows.
  private static let range = 0x1p-100...0x1p100

  /// The ratios for the most similar pair inside these boxes.
  init(boxes: Span<TruncatedPair.Box>) {
    let common = Self.commonRatio(boxes)
    tuned = common
    reference = common
    let excess = Self.excess(boxes, ratio: common)
    if excess.tuned > excess.tolerance || excess.reference > excess.tolerance {
      settleOverfull(boxes)
    } else if excess.tunedRoom < -excess.tolerance || excess.referenceRoom < -excess.tolerance {
      settleUnderfull(boxes)
    }
  }

  /// The ratio r at which what is left of both distributions is in the ratio r as well.
  ///
  /// With every free token at ratio r, the remainders are `P(r) = 1 − Σ p` and `Q(r) = 1 − Σ q`; the root of
  /// `P(r) − r·Q(r) = 1 − r − Σ (tunedLow − r·referenceHigh)⁺ + Σ (r·referenceLow − tunedHigh)⁺`.
  /// Piecewise linear in r, not negative at 0.
  private static func commonRatio(_ boxes: Span<TruncatedPair.Box>) -> Double {
    root { ratio in
      var value = 1 - ratio
      var slope = -1.0
      for index in boxes.indices {
        let box = boxes[index]
        let above = box.tunedLow - ratio * box.referenceHigh
        let below = ratio * box.referenceLow - box.tunedHigh
        // At most one of the two is positive.
        value += counted(below, where: below) - counted(above, where: above)
        slope += counted(box.referenceLow, where: below) + counted(box.referenceHigh, where: above)
      }
      return (value, slope)
    }
  }

  /// The value where the gap is positive, else 0, without a jump: which gaps are positive cannot be foreseen.
  @inline(__always)
  private static func counted(_ value: Double, where gap: Double) -> Double {
    // 0 − gap has a sign for positive gaps only: both zeros give 0 without one.
    let mask = Int64(bitPattern: (0 - gap).bitPattern) >> 63
    return Double(bitPattern: value.bitPattern & UInt64(bitPattern: mask))
  }

  /// How far the boxes at a common ratio exceed 1 at the least, and how far they can be filled.
  private static func excess(_ boxes: Span<TruncatedPair.Box>, ratio: Double) -> (
    tuned: Double, reference: Double, tunedRoom: Double, referenceRoom: Double, tolerance: Double
  ) {
    var least = (tuned: -1.0, reference: -1.0)
    var most = (tuned: -1.0, reference: -1.0)
    for index in boxes.indices {
      let box = boxes[index]
      least.tuned += clamp(ratio * box.referenceLow, box.tunedLow, box.tunedHigh)
      least.reference += clamp(box.tunedLow / ratio, box.referenceLow, box.referenceHigh)
      most.tuned += clamp(ratio * box.referenceHigh, box.tunedLow, box.tunedHigh)
      most.reference += clamp(box.tunedHigh / ratio, box.referenceLow, box.referenceHigh)
    }
    return (least.tuned, least.reference, most.tuned, most.reference, roundoff(terms: boxes.count))
  }

  /// The listed tokens alone want more than 1: nothing is left for the rest, and the two ratios part.
  private mutating func settleOverfull(_ boxes: Span<TruncatedPair.Box>) {
    let first = Self.filling(boxes) { ($0.referenceLow, $0.tunedLow, $0.tunedHigh) }
    let second = 1 / Self.filling(boxes) { ($0.tunedLow, $0.referenceLow, $0.referenceHigh) }
    guard first < second else { return }
    tuned = first
    reference = second
  }

  /// All tokens together cannot hold 1 at a common ratio (a small vocabulary): the two ratios part the other way.
  private mutating func settleUnderfull(_ boxes: Span<TruncatedPair.Box>) {
    let first = Self.filling(boxes) { ($0.referenceHigh, $0.tunedLow, $0.tunedHigh) }
    let second = 1 / Self.filling(boxes) { ($0.tunedHigh, $0.referenceLow, $0.referenceHigh) }
    guard first > second else { return }
    tuned = first
    reference = second
  }

  /// The t at which `Σ clamp(t · weight, low, high)` is 1.
  private static func filling(
    _ boxes: Span<TruncatedPair.Box>,
    _ part: (TruncatedPair.Box) -> (weight: Double, low: Double, high: Double)
  ) -> Double {
    root { t in
      var value = 1.0
      var slope = 0.0
      for index in boxes.indices {
        let (weight, low, high) = part(boxes[index])
        let free = t * weight
        value -= clamp(free, low, high)
        if free > low && free < high { slope -= weight }
      }
      return (value, slope)
    }
  }

  /// Where a piecewise linear function that starts above 0 falls below it, by Newton's steps inside a bracket.
  ///
  /// Newton is exact within one piece, so a handful of steps arrive; a step that leaves the bracket is replaced
  /// by its geometric middle.
  @inline(__always)
  private static func root(_ function: (Double) -> (value: Double, slope: Double)) -> Double {
    var low = range.lowerBound
    var high = range.upperBound
    var point = 1.0
    for _ in 0..<100 {
      let (value, slope) = function(point)
      if abs(value) <= 0x1p-51 { return point }
      if value > 0 { low = point } else { high = point }
      let newton = point - value / slope
      let inside = slope < 0 && newton > low && newton < high
      let next = inside ? newton : (low * high).squareRoot()
      if next == point { return point }
      point = next
    }
    return point
  }
}

/// The number in `low … high` that is nearest to `value`.
@inline(__always)
func clamp(_ value: Double, _ low: Double, _ high: Double) -> Double { max(low, min(value, high)) }

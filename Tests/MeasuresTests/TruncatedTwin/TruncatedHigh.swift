import Foundation

/// Upper bounds of the divergences between any two distributions that a pair of truncated rows allows.
///
/// A divergence is convex, so over a box it is largest at a corner, and of the four corners at one of the two
/// where the probabilities lie farthest apart. Tokens that only one row lists, or none, are bounded by their
/// mass: two distributions differ most where they share no token.
struct TruncatedHigh {
  /// At least `KL(tuned ‖ reference)`; nil where a token that tuned may have can be excluded by the reference.
  var klTunedReference: Double?
  /// At least `KL(reference ‖ tuned)`; nil likewise.
  var klReferenceTuned: Double?
  /// At least the Jensen–Shannon divergence.
  var jensenShannon: Double
  /// At least the total variation distance.
  var totalVariation: Double

  /// The bounds of the pair with these boxes.
  ///
  /// - Parameter floor: A probability below which no token of either model lies; 0 where nothing is claimed.
  init(boxes: Span<TruncatedPair.Box>, tuned: TruncatedMass, reference: TruncatedMass, floor: Double) {
    var shared = DivergenceTerms.zero
    var agreed = 0.0
    for index in boxes.indices {
      let box = boxes[index]
      agreed += min(box.tunedLow, box.referenceLow)
      if box.listing == .both { shared += Self.farthestApart(in: box) }
    }
    let tunedAlone = Alone(boxes, otherFloor: max(floor, reference.unlistedLow))
    let referenceAlone = Alone(boxes, otherFloor: max(floor, tuned.unlistedLow), mirrored: true)
    let error = roundoff(terms: boxes.count)
    totalVariation = min(1, 1 - agreed + error)
    let apart = log(2) / 2 * (tunedAlone.most + referenceAlone.most)
    jensenShannon = min(log(2), shared.jensenShannon + apart + error)
    klTunedReference = Self.divergence(
      shared: shared.tunedReference, tunedAlone, tuned, otherMost: referenceAlone.most, error: error)
    klReferenceTuned = Self.divergence(
      shared: shared.referenceTuned, referenceAlone, reference, otherMost: tunedAlone.most, error: error)
  }

  /// The largest terms inside a box, each at the corner where it is largest.
  private static func farthestApart(in box: TruncatedPair.Box) -> DivergenceTerms {
    let tunedAbove = DivergenceTerms(box.tunedHigh, box.referenceLow)
    if box.tunedLow >= box.referenceHigh { return tunedAbove }
    let referenceAbove = DivergenceTerms(box.tunedLow, box.referenceHigh)
    if box.referenceLow >= box.tunedHigh { return referenceAbove }
    return .max(tunedAbove, referenceAbove)
  }

  /// `KL(p ‖ q) = Σ shared (p ln(p/q) − p + q)  +  Q − P  +  Σ alone p ln(p/q)`, each part at its largest.
  ///
  /// P and Q are the masses of the tokens that are not listed by both; both distributions sum to 1. The tokens
  /// that p's row does not list have at most `cap` each and `restHigh` together, and q at least `otherLeast`.
  private static func divergence(
    shared: Double, _ alone: Alone, _ mass: TruncatedMass, otherMost: Double, error: Double
  ) -> Double? {
    guard shared.isFinite, alone.listed.isFinite else { return nil }
    var value = shared + (otherMost - alone.least) + alone.listed
    if mass.restHigh > 0 && alone.otherLeast < .infinity {
      guard alone.otherLeast > 0 else { return nil }
      value += mass.restHigh * max(0, log(mass.cap / alone.otherLeast))
    }
    return max(0, value) + error * (1 + abs(value))
  }
}

/// What one model, p, has on tokens that are not listed by both rows; q is the other model.
private struct Alone {
  /// The least probability of these tokens together.
  private(set) var least = 0.0
  /// The most probability of these tokens together.
  private(set) var most = 0.0
  /// The most that `Σ p ln(p/q)` can be over the tokens that only p's row lists.
  private(set) var listed = 0.0
  /// The smallest q of a token that p's row does not list; infinite where there is no such token.
  private(set) var otherLeast = Double.infinity

  /// Collects from boxes in which p is the tuned model, or the reference where they are `mirrored`.
  @inline(__always)
  init(_ boxes: Span<TruncatedPair.Box>, otherFloor: Double, mirrored: Bool = false) {
    var sharedLow = 0.0
    var sharedHigh = 0.0
    for index in boxes.indices {
      let box = mirrored ? boxes[index].mirrored : boxes[index]
      if box.listing == .both {
        sharedLow += box.tunedLow
        sharedHigh += box.tunedHigh
        continue
      }
      least += box.tunedLow
      most += box.tunedHigh
      switch box.listing {
      case .tunedOnly where box.tunedHigh > 0: listed += Self.most(of: box, otherFloor: otherFloor)
      case .referenceOnly: otherLeast = min(otherLeast, box.referenceLow)
      case .neither: otherLeast = min(otherLeast, otherFloor)
      case .both, .tunedOnly: break
      }
    }
    least = max(least, 1 - sharedHigh)
    most = max(0, min(most, 1 - sharedLow))
  }

  /// The most that `p ln(p/q)` can be in a box that allows p > 0 where q is at least `otherFloor`.
  private static func most(of box: TruncatedPair.Box, otherFloor: Double) -> Double {
    // Without a floor, as most studies are, what the logarithms would give.
    guard otherFloor > 0 else { return .infinity }
    let atHigh = box.tunedHigh * log(box.tunedHigh / otherFloor)
    let atLow = box.tunedLow > 0 ? box.tunedLow * log(box.tunedLow / otherFloor) : 0
    return max(atHigh, atLow)
  }
}

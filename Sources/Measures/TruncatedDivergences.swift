import Foundation
import Tokenization
public import Traces

/// Bounds of every divergence between two models of which only the most probable tokens are known.
///
/// Let p be the tuned and q the reference distribution. Each row says of a listed token that its logprob lies
/// within `precision` of the stored one, of every other token that its logprob is at most `unlistedCap`, and
/// each distribution sums to 1. The figures contain the value for **every** pair (p, q) that satisfies this:
///
/// | figure | from below | from above |
/// |---|---|---|
/// | KL, both ways | the exact minimum over all such pairs, 0 … ∞ | only with a floor, or where every token is listed |
/// | JS | the exact minimum | `Σ both js + ½ ln 2 · (P + Q)`, P and Q the mass outside of the shared list |
/// | TV | the exact minimum | `1 − Σ both min(p, q)` |
/// | entropy | the unlisted mass packed into as few tokens as the cap allows | spread evenly; needs V |
///
/// "Exact" holds up to rounding of the arithmetic, which always widens. Proofs: <doc:TruncatedBounds>.
/// One value can be used for any number of pairs; it keeps its memory.
///
/// Complexity: O(k) for rows of k tokens.
public struct TruncatedComparison: Sendable {
  private var pair = TruncatedPair()
  /// The stored probability of each token that the reference's row lists, of the rows that were compared last.
  public private(set) var referenceProbabilities: [Double] = []
  /// The stored probability of each token that the tuned model's row lists, of the rows that were compared last.
  public private(set) var tunedProbabilities: [Double] = []

  /// A comparison that has not compared anything yet.
  public init() {}

  /// Bounds of the divergences of one position.
  ///
  /// - Parameters:
  ///   - reference: What is known of the reference's distribution.
  ///   - tuned: What is known of the tuned model's distribution.
  ///   - vocabularySize: The number of tokens of both models, V. Nil where it is not known: then an entropy has
  ///     no upper bound. A size that a listed id contradicts is taken as not known.
  ///   - floor: A logprob, in nats, below which no token of either model lies. It is an assumption about the
  ///     models that no list can prove, and only the upper bounds of the KL divergences rest on it. A floor
  ///     that one of the rows contradicts is not used.
  /// - Returns: Figures that are all `between`. An infinite lower bound says that the divergence is infinite.
  public mutating func divergences(
    reference: TruncatedRow, tuned: TruncatedRow, vocabularySize: Int?, floor: Double?
  ) -> Divergences {
    let size = vocabularySize.flatMap { Self.holds(reference, $0) && Self.holds(tuned, $0) ? $0 : nil }
    let referenceMass = TruncatedMass(
      reference, vocabularySize: size, probabilities: &referenceProbabilities)
    let tunedMass = TruncatedMass(tuned, vocabularySize: size, probabilities: &tunedProbabilities)
    guard let referenceMass, let tunedMass else { return .unknown(vocabularySize: size) }
    pair.join(
      reference: reference.tokens.span, referenceMass, referenceProbabilities,
      tuned: tuned.tokens.span, tunedMass, tunedProbabilities, vocabularySize: size)

    let usableFloor = floor.flatMap {
      Self.allows(reference, referenceMass, $0) && Self.allows(tuned, tunedMass, $0) ? $0 : nil
    }
    let (low, high) = Self.bounds(
      pair.boxes.span, tuned: tunedMass, reference: referenceMass, floor: usableFloor.map(exp) ?? 0)
    let referenceEntropy = TruncatedEntropy(
      logprobs: reference.logprobs.span, referenceMass, probabilities: referenceProbabilities.span)
    let tunedEntropy = TruncatedEntropy(
      logprobs: tuned.logprobs.span, tunedMass, probabilities: tunedProbabilities.span)
    return Divergences(
      klTunedReference: .bounded(low.klTunedReference, high.klTunedReference),
      klReferenceTuned: .bounded(low.klReferenceTuned, high.klReferenceTuned),
      jensenShannon: .bounded(low.jensenShannon, high.jensenShannon),
      totalVariation: .bounded(low.totalVariation, high.totalVariation),
      entropyReference: .bounded(referenceEntropy.low, referenceEntropy.high),
      entropyTuned: .bounded(tunedEntropy.low, tunedEntropy.high))
  }

  private static func bounds(
    _ boxes: Span<TruncatedPair.Box>, tuned: TruncatedMass, reference: TruncatedMass, floor: Double
  ) -> (TruncatedLow, TruncatedHigh) {
    (
      TruncatedLow(boxes: boxes, ratios: TruncatedRatios(boxes: boxes)),
      TruncatedHigh(boxes: boxes, tuned: tuned, reference: reference, floor: floor)
    )
  }

  /// Whether every listed id lies in a vocabulary of this size.
  private static func holds(_ row: TruncatedRow, _ size: Int) -> Bool {
    guard size > 0 else { return false }
    let tokens = row.tokens.span
    var highest = Int32.min
    for index in tokens.indices { highest = max(highest, tokens[index].rawValue) }
    return Int(highest) < size
  }

  /// Whether no listed token and no cap lies below the floor, and what is left over is enough for the others.
  private static func allows(_ row: TruncatedRow, _ mass: TruncatedMass, _ floor: Double) -> Bool {
    let least = Double(mass.unlistedCount ?? 0) * exp(floor)
    return floor <= min(row.unlistedCap, row.logprobs.last ?? .infinity) + row.precision
      && least <= mass.restHigh + roundoff(terms: row.tokens.count)
  }
}

/// Bounds of every divergence between two models of which only the most probable tokens are known.
///
/// ``TruncatedComparison`` says what the bounds are and does the same without new memory for each position.
public func truncatedDivergences(
  reference: TruncatedRow, tuned: TruncatedRow, vocabularySize: Int?, floor: Double?
) -> Divergences {
  var comparison = TruncatedComparison()
  return comparison.divergences(
    reference: reference, tuned: tuned, vocabularySize: vocabularySize, floor: floor)
}

extension Figure {
  /// Both bounds; an infinite value is bounded by infinity from both sides, and bounds never cross.
  fileprivate static func bounded(_ low: Double, _ high: Double?) -> Figure {
    .between(low: low, high: low == .infinity ? low : high.map { max(low, $0) })
  }
}

extension Divergences {
  /// What holds for any two distributions.
  fileprivate static func unknown(vocabularySize: Int?) -> Divergences {
    let entropy = Figure.between(low: 0, high: vocabularySize.map { log(Double($0)) })
    return Divergences(
      klTunedReference: .between(low: 0, high: nil), klReferenceTuned: .between(low: 0, high: nil),
      jensenShannon: .between(low: 0, high: log(2)), totalVariation: .between(low: 0, high: 1),
      entropyReference: entropy, entropyTuned: entropy)
  }
}

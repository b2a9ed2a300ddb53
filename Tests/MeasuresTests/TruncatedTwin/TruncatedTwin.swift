import Foundation
import Measures
import Tokenization
import Traces

/// The bounds of `TruncatedComparison`, token by token in Swift and with the system's logarithms: its slow twin.
struct TruncatedTwin {
  private var pair = TruncatedPair()
  /// The stored probability of each token that the reference's row lists, of the rows that were compared last.
  private(set) var referenceProbabilities: [Double] = []
  /// The stored probability of each token that the tuned model's row lists, of the rows that were compared last.
  private(set) var tunedProbabilities: [Double] = []

  /// How large the multipliers of the lower bounds are: what rounding can do to these grows with it.
  private(set) var multiplierSize = 1.0

  /// A comparison that has not compared anything yet.
  init() {}

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
  mutating func divergences(
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

    let ratios = TruncatedRatios(boxes: pair.boxes.span)
    multiplierSize = max(ratios.tuned, ratios.reference, 1 / ratios.tuned, 1 / ratios.reference)

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

import Measures
public import ShiftStore
import Statistics

/// Which figures of the headline table people see. Programs always get all.
public enum FigureSet: String, CaseIterable, Sendable {
  /// How far, and at how many positions.
  case headline
  /// The divergences beside each other.
  case divergences
  /// How the divergence is spread over positions.
  case spread
  /// What can be said from the emitted tokens alone.
  case estimates
  /// How far the models' most probable tokens are the same.
  case choices

  /// The figures that people see.
  public var figures: Set<SummaryFigure> {
    Set(titles(isContrast: false).keys).union(titles(isContrast: true).keys)
  }

  /// The figures that are shown where at least one row has them, and their headings.
  func titles(isContrast: Bool) -> [SummaryFigure: String] {
    switch self {
    case .headline:
      [
        .klTunedReference: isContrast ? "KL(tuned‖ref)" : "KL(tuned‖reference)",
        .klTunedReferenceStorageError: "± storage",
        .klTunedReferenceOverFloor: "× floor", .jensenShannonOverFloor: "JS × floor",
        .rankShift: "rank shift", .shiftedShare: "shifted",
        .topAgreementShare: "same top",
      ].merging(isContrast ? [.jensenShannon: "JS"] : [:]) { $1 }
    case .divergences:
      [
        .klTunedReference: "KL(tuned‖ref)", .klReferenceTuned: "KL(ref‖tuned)", .jensenShannon: "JS",
        .totalVariation: "TV", .entropyShift: "Δ entropy",
        .klTunedReferenceStorageError: "± storage", .klReferenceTunedStorageError: "± storage",
        .jensenShannonStorageError: "± storage", .totalVariationStorageError: "± storage",
      ]
    case .spread:
      [
        .klTunedReferenceMedian: "KL median", .klTunedReferenceP90: "KL p90", .klTunedReferenceP99: "KL p99",
        .klTunedReferenceMax: "KL max", .klTunedReferenceGini: "KL Gini",
        .klTunedReferenceTop1Share: "in top 1 %", .klTunedReferenceTop5Share: "in top 5 %",
        .jensenShannonMedian: "JS median", .jensenShannonP99: "JS p99",
        .jensenShannonGini: "JS Gini", .jensenShannonTop5Share: "JS in top 5 %",
      ]
    case .estimates:
      [
        .logprobShift: "Δ logprob", .k3TunedReference: "k3 of KL(tuned‖ref)",
        .k3ReferenceTuned: "k3 of KL(ref‖tuned)", .chiSquareReferenceTuned: "χ²(ref‖tuned)",
        .chiSquareTunedReference: "χ²(tuned‖ref)", .effectiveSampleShare: "ESS",
        .sequenceChiSquareReferenceTuned: "χ²(ref‖tuned) of sequences",
        .sequenceChiSquareTunedReference: "χ²(tuned‖ref) of sequences",
        .effectiveSequenceShare: "ESS of sequences",
        .pathCoverageShare: "path coverage",
      ]
    case .choices:
      [
        .topAgreementShare: "same top", .pathCoverageShare: "path coverage",
        .topOverlapShare: "top \(TopOverlap.depth) in common",
        .shiftedTopOverlapShare: "where shifted", .probabilityShift: "Δ probability",
      ]
    }
  }

  /// The words below the table.
  func notes(
    _ weighting: Weighting, confidence: Double, isBounded: Bool, isLowerBounded: Bool
  ) -> [String] {
    let brackets = """
      Brackets hold \(Numerals.percent(confidence)) intervals clustered by prompt\(
        isBounded ? "; after ≥, the interval is the bound's." : ".")
      """
    let means = ["Means by \(weighting.rawValue); divergences in nats.", brackets]
    let bounds = isLowerBounded ? ["≥ is a bound: truncated traces hold only the most probable tokens."] : []
    switch self {
    case .headline:
      return means + [
        "rank shift = reference rank − tuned rank of the token in the text; shifted = reference rank above 3;",
        "same top = both models have the same first choice.",
      ] + bounds
    case .divergences:
      return means + ["Δ entropy = tuned entropy − reference entropy."] + bounds
    case .spread:
      return [
        "Over positions, each counting the same; divergences in nats. p99 = 99 of 100 positions have less.",
        "in top 1 % = the part of the sum that the largest hundredth of positions holds; Gini = 0 even … 1 at one place.",
      ] + bounds
    case .estimates:
      return means + [
        "Δ logprob = tuned − reference logprob of the token in the text: on a model's own sampled text, k1 of its KL.",
        "k3 and χ² are estimates from the tokens in the text, for text sampled at temperature 1; they are no divergences.",
        "ESS = effective share under importance weights. Text that is certainly no sample, as greedy text, has no χ² or ESS.",
        "path coverage = part where the reference's first choice is the text.",
      ]
    case .choices:
      let depth = TopOverlap.depth
      return means + [
        "same top = both models have the same first choice; path coverage = the reference's first choice is the text;",
        "top \(depth) in common = part of each model's \(depth) most probable tokens that the other has too, "
          + "everywhere and where the token in the text is shifted;",
        "Δ probability = tuned − reference probability of the token in the text.",
      ]
    }
  }
}

extension SummaryFigure {
  /// How the figure is shown.
  var style: Table.EstimateStyle {
    switch self {
    case .unshiftedShare, .marginalShare, .shiftedShare, .topAgreementShare, .pathCoverageShare,
      .topOverlapShare, .shiftedTopOverlapShare, .coverageReference, .coverageTuned, .effectiveSampleShare,
      .effectiveSequenceShare,
      .klTunedReferenceTop1Share,
      .klTunedReferenceTop5Share, .jensenShannonTop1Share, .jensenShannonTop5Share:
      .share
    case .rankShift, .logRankShift, .logprobShift, .probabilityShift, .entropyShift, .rankShiftMedian:
      .signed
    default: .quantity
    }
  }
}

/// A figure of the headline table. The raw value is its name in JSON, CSV, SQL and gates.
///
/// Each is defined, with its formula and source, on the page *Figures* of the documentation of `Statistics`.
public enum SummaryFigure: String, CaseIterable, Sendable {
  // Means over positions, in nats unless they are shares.
  case klTunedReference, klTunedReferenceStorageError, klReferenceTuned, klReferenceTunedStorageError
  case jensenShannon, jensenShannonStorageError, totalVariation, totalVariationStorageError
  case entropyReference, entropyTuned, entropyShift
  case rankShift, logRankShift, logprobShift, probabilityShift
  case unshiftedShare, marginalShare, shiftedShare, topAgreementShare, pathCoverageShare
  case topOverlapShare, shiftedTopOverlapShare
  case coverageReference, coverageTuned
  // Estimates from one sampled token a position.
  case k1TunedReference, k3TunedReference, chiSquareReferenceTuned
  case k1ReferenceTuned, k3ReferenceTuned, chiSquareTunedReference
  // The same of whole sequences.
  case sequenceChiSquareReferenceTuned, sequenceChiSquareTunedReference
  // Of all positions at once, each counting the same.
  case effectiveSampleShare, effectiveSequenceShare, probabilityShiftRMS, rankShiftMedian
  case klTunedReferenceMedian, klTunedReferenceP90, klTunedReferenceP99, klTunedReferenceP999
  case klTunedReferenceMax, klTunedReferenceGini
  case klTunedReferenceTop1Share, klTunedReferenceTop5Share
  case jensenShannonMedian, jensenShannonP90, jensenShannonP99, jensenShannonP999
  case jensenShannonMax, jensenShannonGini
  case jensenShannonTop1Share, jensenShannonTop5Share
  // Beside the control's.
  case klTunedReferenceFloor, klTunedReferenceOverFloor
  case jensenShannonFloor, jensenShannonOverFloor

  /// The values that a mean can have; nil for a figure that is not a mean.
  var meanRange: ClosedRange<Double>? {
    switch self {
    case .klTunedReference, .klReferenceTuned, .entropyReference, .entropyTuned, .k3TunedReference,
      .k3ReferenceTuned:
      0...(.infinity)
    case .jensenShannon: 0...Self.largestJensenShannon
    case .totalVariation, .unshiftedShare, .marginalShare, .shiftedShare, .topAgreementShare,
      .pathCoverageShare, .topOverlapShare, .shiftedTopOverlapShare, .coverageReference, .coverageTuned:
      0...1
    case .probabilityShift: -1...1
    case .chiSquareReferenceTuned, .chiSquareTunedReference, .sequenceChiSquareReferenceTuned,
      .sequenceChiSquareTunedReference:
      -1...(.infinity)
    case .entropyShift, .rankShift, .logRankShift, .logprobShift, .k1TunedReference, .k1ReferenceTuned:
      -.infinity ... .infinity
    default: nil
    }
  }

  /// The values that a difference of two means can have.
  var differenceRange: ClosedRange<Double>? {
    meanRange.map { $0.lowerBound - $0.upperBound...($0.upperBound - $0.lowerBound) }
  }

  /// The figures that are means.
  static let means = allCases.filter { $0.meanRange != nil }

  /// The bounds of what storage in 16 bits can have done to a mean, by the figure's own name.
  static let storageErrors: [SummaryFigure] = [
    .klTunedReferenceStorageError, .klReferenceTunedStorageError, .jensenShannonStorageError,
    .totalVariationStorageError,
  ]

  /// ln 2, rounded up as little as a double allows.
  private static let largestJensenShannon = 0.6931471805599453

  /// What a sampled estimate needs to estimate anything: who wrote the text.
  enum Writer {
    case tuned, reference
  }

  /// Whose text an estimate is for; nil for a figure that stands on any text.
  var writer: Writer? {
    switch self {
    case .k1TunedReference, .k3TunedReference, .chiSquareReferenceTuned, .sequenceChiSquareReferenceTuned:
      .tuned
    case .k1ReferenceTuned, .k3ReferenceTuned, .chiSquareTunedReference, .sequenceChiSquareTunedReference:
      .reference
    default: nil
    }
  }

  /// True for a mean of ρ² − 1, of which nothing is left to be said where every ρ² is too small beside 1.
  var isOfSquaredRatios: Bool {
    switch self {
    case .chiSquareReferenceTuned, .chiSquareTunedReference, .sequenceChiSquareReferenceTuned,
      .sequenceChiSquareTunedReference:
      true
    default: false
    }
  }

  /// True for a figure that weighs the tokens of a text by ratios of probabilities: on text that is no sample, such as
  /// greedy text, it says nothing.
  var needsSample: Bool {
    isOfSquaredRatios || self == .effectiveSampleShare || self == .effectiveSequenceShare
  }
}

extension Comparison {
  /// True where a figure means something on this comparison's text.
  func bears(_ figure: SummaryFigure) -> Bool {
    switch figure.writer {
    case .tuned: isOwnText
    case .reference: source == reference
    case nil: true
    }
  }
}

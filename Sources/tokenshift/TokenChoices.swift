import ArgumentParser
import ShiftStore

/// Which token a row is about.
enum TokenView: String, CaseIterable, ExpressibleByArgument {
  case emitted, predicted
}

/// What rows are.
enum TokenGrouping: String, CaseIterable, ExpressibleByArgument {
  case token, category, wordKind

  /// The column of the index that has the kind; nil for tokens.
  var column: TokenKindColumn? { TokenKindColumn(rawValue: rawValue) }
}

/// What is compared or sorted by.
enum TokenMeasure: String, CaseIterable, ExpressibleByArgument {
  case logprobShift, rankShift, shifted, klTunedReference, movedMass, klShare

  /// The measure of emitted tokens, nil for one of predicted tokens.
  var emitted: TokenMetric? { TokenMetric(rawValue: rawValue) }
  /// The measure of predicted tokens, nil for one of emitted tokens.
  var predicted: PredictedMetric? { PredictedMetric(rawValue: rawValue) }

  var title: String {
    switch self {
    case .logprobShift: "Δ logprob"
    case .rankShift: "rank shift"
    case .shifted: "shifted"
    case .klTunedReference: "KL"
    case .movedMass: "moved mass"
    case .klShare: "share of KL"
    }
  }

  /// The measure of one emitted token.
  func value(_ drift: EmittedDrift) -> Double? {
    switch self {
    case .logprobShift: drift.logprobShiftMean
    case .rankShift: drift.rankShiftMean
    case .shifted: drift.shiftedShare
    case .klTunedReference: drift.klTunedReferenceMeanLow
    case .movedMass, .klShare: nil
    }
  }

  /// The measure of one predicted token.
  func value(_ drift: PredictedDrift) -> Double? {
    switch self {
    case .movedMass: drift.movedMassMean
    case .klShare: drift.klShareMean
    default: nil
    }
  }
}

/// What rows are sorted by, largest magnitude first.
enum TokenOrder: String, CaseIterable, ExpressibleByArgument {
  case logprobShift, rankShift, shifted, klTunedReference, movedMass, klShare, count, effect, q

  /// The measure that it names, if it names one.
  var measure: TokenMeasure? { TokenMeasure(rawValue: rawValue) }
}

/// Rules that sort tokens into kinds, and whether rows are tokens or kinds.
struct GroupingOptions: ParsableArguments {
  @Option(help: "What a row is: a token, all tokens of a category, or all structural or content words.")
  var by: TokenGrouping = .token
  @Option(
    help: "A YAML or JSON file of rules that takes the place of the built-in categories.",
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var categories: String?
  @Flag(help: "Print the rules of the categories in use, as YAML, and nothing else.")
  var showCategories = false
}

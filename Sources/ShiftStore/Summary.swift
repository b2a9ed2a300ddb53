public import Statistics

/// What a mean gives equal weight to.
public enum Weighting: String, CaseIterable, Sendable {
  /// Every position counts the same: the mean over all positions.
  case token
  /// Every sequence counts the same: the mean of each sequence's mean.
  case sequence
}

/// How much stands behind the figures of a row.
public struct SummaryCounts: Equatable, Sendable {
  /// Sequences measured.
  public var sequences = 0
  /// Prompts, which are the clusters of every interval.
  public var prompts = 0
  /// Positions measured.
  public var positions = 0
  /// Positions that a trace's own mask leaves out.
  public var masked = 0
  /// Positions for which a trace has no row.
  public var missing = 0
  /// Positions whose rows cannot be measured.
  public var faulty = 0
  /// Positions whose `KL(tuned ‖ reference)` is infinite; they are in no mean of it.
  public var infinite = 0
  /// Positions whose `KL(reference ‖ tuned)` is infinite; they are in no mean of it.
  public var infiniteReferenceTuned = 0

  /// Positions left out: masked, missing and faulty ones.
  public var excluded: Int { masked + missing + faulty }

  /// Nothing counted.
  public init() {}

  /// Positions that are in no mean of a figure because it is infinite there: with them, the mean is.
  public func infinite(of figure: SummaryFigure) -> Int {
    switch figure {
    case .klTunedReference, .klTunedReferenceOverFloor: infinite
    case .klReferenceTuned: infiniteReferenceTuned
    default: 0
    }
  }
}

/// One row of the headline table: a comparison on one task, or on all of its tasks together.
public struct SummaryRow: Equatable, Sendable {
  /// The comparison.
  public var comparison: Comparison
  /// The task; nil for all tasks together.
  public var task: String?
  /// What was counted.
  public var counts: SummaryCounts
  /// The figures that have a value here.
  public var figures: [SummaryFigure: Estimate]

  /// A row.
  public init(
    comparison: Comparison, task: String?, counts: SummaryCounts, figures: [SummaryFigure: Estimate]
  ) {
    self.comparison = comparison
    self.task = task
    self.counts = counts
    self.figures = figures
  }

  /// A figure; nil where it has no value here.
  public subscript(figure: SummaryFigure) -> Estimate? { figures[figure] }
}

/// Two tuned models set against each other on the prompts that both answered.
public struct ContrastRow: Equatable, Sendable {
  /// The model that is subtracted from.
  public var first: Comparison
  /// The one that is subtracted.
  public var second: Comparison
  /// The task; nil for all tasks together.
  public var task: String?
  /// The prompts that both answered.
  public var prompts: Int
  /// Figure of the first minus figure of the second, over these prompts.
  public var differences: [SummaryFigure: Estimate]
}

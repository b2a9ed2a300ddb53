public import Measures

/// All that an index holds before the first measurement.
public struct StudyPlanRecord: Sendable {
  /// The study.
  public var study: StudyRecord
  /// Its models.
  public var models: [ModelRecord]
  /// The files that are read.
  public var inputs: [InputRecord]
  /// The comparisons that are made.
  public var comparisons: [ComparisonRecord]
  /// The vocabulary; empty where the study names none.
  public var vocabulary: [TokenRecord]
  /// What was wrong before anything was measured, such as a sequence that only one model has.
  public var problems: [ProblemRecord]

  /// A plan.
  public init(
    study: StudyRecord, models: [ModelRecord], inputs: [InputRecord], comparisons: [ComparisonRecord],
    vocabulary: [TokenRecord], problems: [ProblemRecord]
  ) {
    self.study = study
    self.models = models
    self.inputs = inputs
    self.comparisons = comparisons
    self.vocabulary = vocabulary
    self.problems = problems
  }
}

/// One comparison of one sequence, measured or refused.
public struct MeasurementRecord: Sendable {
  /// Whether rows held all of the vocabulary.
  public enum Support: String, Sendable {
    /// Every token had a score: figures are exact.
    case full
    /// Some tokens had a logprob: figures are bounds.
    case truncated
  }

  /// What became of it.
  public enum Outcome: Sendable {
    /// It was measured.
    case measured(SequenceRecord, Support, MeasuredSequence)
    /// It could not be.
    case refused
  }

  /// The measurement's place in the plan, from 1.
  public var id: Int
  /// The comparison.
  public var comparisonID: Int
  /// What became of it.
  public var outcome: Outcome
  /// What was wrong.
  public var problems: [ProblemRecord]
  /// What its positions moved onto and off vocabulary tokens, where that was summed.
  public var moved: MovedTokens?
  /// What storage in 16 bits can have done to its figures.
  public var storageErrors: StorageErrorSums

  /// A measurement.
  public init(
    id: Int, comparisonID: Int, outcome: Outcome, problems: [ProblemRecord], moved: MovedTokens? = nil,
    storageErrors: StorageErrorSums = StorageErrorSums()
  ) {
    self.moved = moved
    self.storageErrors = storageErrors
    self.id = id
    self.comparisonID = comparisonID
    self.outcome = outcome
    self.problems = problems
  }
}

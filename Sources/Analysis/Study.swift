public import Traces

/// What is compared with what: the models, and the files that hold what each said about which responses.
///
/// Nothing is read out of file names; a file's own records may name sequences, tasks and prompts.
public struct Study: Equatable, Sendable {
  /// A model and its part in the study.
  public struct Model: Equatable, Sendable {
    /// The name that traces refer to.
    public var name: String
    /// True for the one model that the others are compared against.
    public var isReference: Bool
    /// How it was tuned, such as `sft` or `rl`.
    public var method: String?
  }

  /// Files with what one model said about the responses of one source.
  public struct Traces: Equatable, Sendable {
    /// The model that scored the text.
    public var model: String
    /// Who wrote the text: a model's name or another word.
    public var source: String
    /// The task; nil where each record names its own.
    public var task: String?
    /// The prompt's name, for files that hold one sequence; nil where records name their own or the prompt's tokens stand for it.
    public var prompt: String?
    /// The sequence's name, for files that hold one sequence and no name.
    public var sequence: String?
    /// The number of prompt tokens, where the file does not say.
    public var promptLength: Int?
    /// The tensor of scores in files of tensors, where it is neither `logits` nor `logprobs`.
    public var tensor: String?
    /// Files that hold what files of tensors lack; paths are relative to the study file, and those not
    /// named are looked for beside the traces.
    public var companions: TraceCompanions
    /// What its author vouches for, against what the values look like.
    public var assumptions: Set<TraceAssumption>
    /// Paths and globs, relative to the study file.
    public var files: [String]
    /// The line of the study file where the entry begins.
    public var line: Int
  }

  /// The path of the vocabulary file, relative to the study file.
  public var vocabulary: String?
  /// The width of the models' rows; tokens beyond it are padding and left out.
  public var vocabularySize: Int?
  /// A logprob below which no token of any model lies, in nats. Gives truncated traces an upper bound on KL.
  public var floor: Double?
  /// The models, in the order of the tables.
  public var models: [Model]
  /// The files.
  public var traces: [Traces]

  /// What stands for several sources, and so is the name of none.
  static let reservedSources: Set<String> = ["all", "own"]
  /// What stands for all tasks together, and so is the name of none.
  static let reservedTasks: Set<String> = ["all"]

  /// The version of the study file that this code reads.
  public static let schemaVersion = 1

  /// The one model that the others are compared against.
  ///
  /// - Precondition: The study was read from a file, which checks that there is one.
  public var reference: Model {
    guard let reference = models.first(where: \.isReference) else {
      preconditionFailure("a study has a reference model")
    }
    return reference
  }
}

/// What an index is about: the study file, its settings, its vocabulary.
public struct StudyRecord: Equatable, Sendable {
  /// The version of the tool that began the index.
  public var toolVersion: String
  /// The study file's path, as given.
  public var studyFile: String
  /// The study file's text, whole.
  public var studyText: String
  /// What changes numbers besides the study file, as JSON with sorted keys. Threads and paths of output do not.
  public var settings: String
  /// The vocabulary file's path, as given.
  public var vocabularyFile: String?
  /// The digest of the vocabulary's (id, bytes) table.
  public var vocabularyFingerprint: String?
  /// The width of the models' rows, where it is known.
  public var vocabularySize: Int?
  /// The number of measurements (one comparison of one sequence each) that make the index whole.
  public var plannedMeasurements: Int

  /// A study.
  public init(
    toolVersion: String, studyFile: String, studyText: String, settings: String, vocabularyFile: String?,
    vocabularyFingerprint: String?, vocabularySize: Int?, plannedMeasurements: Int
  ) {
    self.toolVersion = toolVersion
    self.studyFile = studyFile
    self.studyText = studyText
    self.settings = settings
    self.vocabularyFile = vocabularyFile
    self.vocabularyFingerprint = vocabularyFingerprint
    self.vocabularySize = vocabularySize
    self.plannedMeasurements = plannedMeasurements
  }
}

/// Whether an index holds all that its study asks for.
public struct StudyProgress: Equatable, Sendable {
  /// True once every planned measurement is in and the tables are counted.
  public var isFinished: Bool
  /// Measurements in the index.
  public var measured: Int
  /// Measurements that make it whole.
  public var planned: Int

  /// A state of progress.
  public init(isFinished: Bool, measured: Int, planned: Int) {
    self.isFinished = isFinished
    self.measured = measured
    self.planned = planned
  }
}

/// A model of the study.
public struct ModelRecord: Equatable, Sendable {
  /// The row's id.
  public var id: Int
  /// The model's name in the study.
  public var name: String
  /// `reference` or `tuned`.
  public var role: String
  /// How it was tuned, for instance `sft` or `rl`.
  public var method: String?

  /// A model.
  public init(id: Int, name: String, role: String, method: String?) {
    self.id = id
    self.name = name
    self.role = role
    self.method = method
  }
}

/// A file that was read.
public struct InputRecord: Equatable, Sendable {
  /// The path, as the study gives it.
  public var path: String
  /// The model whose traces it holds.
  public var modelID: Int
  /// The format that was recognised.
  public var format: String
  /// The file's size in bytes.
  public var byteCount: Int
  /// The digest of its contents in hexadecimal.
  public var digest: String
  /// How the digest was taken: `sha256`; `xxh128` for a long text, `sha256-sampled` for a large file of tensors.
  public var digestKind: String

  /// A file.
  public init(
    path: String, modelID: Int, format: String, byteCount: Int, digest: String, digestKind: String
  ) {
    self.path = path
    self.modelID = modelID
    self.format = format
    self.byteCount = byteCount
    self.digest = digest
    self.digestKind = digestKind
  }
}

/// One tuned model against the reference, on the sequences of one source.
public struct ComparisonRecord: Equatable, Sendable {
  /// The row's id.
  public var id: Int
  /// The tuned model.
  public var tunedID: Int
  /// The reference model.
  public var referenceID: Int
  /// Who wrote the responses: a model's name, or another word of the study's.
  public var source: String

  /// A comparison.
  public init(id: Int, tunedID: Int, referenceID: Int, source: String) {
    self.id = id
    self.tunedID = tunedID
    self.referenceID = referenceID
    self.source = source
  }
}

/// A prompt and a response, tokenised once.
public struct SequenceRecord: Equatable, Sendable {
  /// The row's id.
  public var id: Int
  /// The name that pairs the traces of several models.
  public var name: String
  /// Who wrote the response.
  public var source: String
  /// The task's name.
  public var task: String
  /// The prompt's name: sequences that share it are one cluster of every interval.
  public var prompt: String
  /// The number of tokens before the response.
  public var promptLength: Int
  /// Prompt and response.
  public var tokens: [Int32]

  /// A sequence.
  public init(
    id: Int, name: String, source: String, task: String, prompt: String, promptLength: Int, tokens: [Int32]
  ) {
    self.id = id
    self.name = name
    self.source = source
    self.task = task
    self.prompt = prompt
    self.promptLength = promptLength
    self.tokens = tokens
  }
}

/// An entry of the vocabulary.
public struct TokenRecord: Equatable, Sendable {
  /// The token's id.
  public var id: Int
  /// Its bytes.
  public var bytes: [UInt8]
  /// How it is shown.
  public var text: String
  /// True for a token that is not text, such as an end-of-turn mark.
  public var isSpecial: Bool

  /// An entry.
  public init(id: Int, bytes: [UInt8], text: String, isSpecial: Bool) {
    self.id = id
    self.bytes = bytes
    self.text = text
    self.isSpecial = isSpecial
  }
}

/// Something that was wrong with the input, kept with the figures that it touches.
public struct ProblemRecord: Equatable, Sendable {
  /// How bad it is.
  public enum Severity: String, Sendable {
    /// The figures stand, with a caveat.
    case warning
    /// Something was left out.
    case error
  }

  /// How bad it is.
  public var severity: Severity
  /// The comparison it touches, where it is one.
  public var comparisonID: Int?
  /// The sequence's name, where it is one.
  public var sequence: String?
  /// The position, where it is one.
  public var position: Int?
  /// What is wrong, in one sentence, with the place first.
  public var message: String

  /// A problem.
  public init(
    severity: Severity, comparisonID: Int? = nil, sequence: String? = nil, position: Int? = nil,
    message: String
  ) {
    self.severity = severity
    self.comparisonID = comparisonID
    self.sequence = sequence
    self.position = position
    self.message = message
  }
}

public import Tokenization

/// What one model says about one sequence.
public struct Trace: Sendable {
  /// The file it was read from, for messages about it; nil for one made in memory.
  public var file: String?
  /// The line on which its record begins, counted from 1, in a file of JSON.
  public var line: Int?
  /// The name that pairs the traces of several models; nil where the file gives none.
  public var id: String?
  /// The name of the model, as the file gives it.
  public var model: String?
  /// The task, as the file gives it.
  public var task: String?
  /// The prompt's name, which groups sequences that share a prompt, as the file gives it.
  public var prompt: String?
  /// Prompt and response, as the model read them.
  public var tokens: [TokenID]
  /// The number of tokens before the first response token; nil where the file does not say.
  public var promptLength: Int?
  /// Row i describes the distribution of `tokens[predicted[i]]`. Rising.
  public var predicted: [Int]
  /// The rows, one for each element of `predicted`.
  public var rows: Rows
  /// Rows that the file itself marks as not to be scored (a loss mask of 0). Indices into `predicted`. Rising.
  public var masked: [Int]
  /// How its tokens were found, where the file gives them as texts; nil where it gives ids.
  public var textMatching: TextMatching?
  /// Tokens of the response that the file counts and has no entry of: they stand neither in ``tokens`` nor in ``rows``.
  public var missingEntries = 0

  /// The rows of a trace: all of the vocabulary at every position, or a part of it.
  public enum Rows: Sendable {
    /// Every token has a score.
    case dense([DenseRow])
    /// Some tokens have a logprob. Nil where the file holds nothing for the position.
    case truncated([TruncatedRow?])

    /// The number of rows.
    public var count: Int {
      switch self {
      case .dense(let rows): rows.count
      case .truncated(let rows): rows.count
      }
    }
  }

  /// A trace of these rows.
  public init(
    id: String?, model: String? = nil, task: String? = nil, prompt: String? = nil, tokens: [TokenID],
    promptLength: Int?, predicted: [Int], rows: Rows, masked: [Int] = [], file: String? = nil,
    line: Int? = nil
  ) {
    precondition(
      predicted.count == rows.count, "\(predicted.count) predicted tokens and \(rows.count) rows must pair")
    self.id = id
    self.model = model
    self.task = task
    self.prompt = prompt
    self.tokens = tokens
    self.promptLength = promptLength
    self.predicted = predicted
    self.rows = rows
    self.masked = masked
    self.file = file
    self.line = line
  }
}

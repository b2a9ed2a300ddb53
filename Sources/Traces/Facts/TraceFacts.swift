/// What a file of traces holds, and whether it can be trusted: what `inspect` prints.
///
/// Gathered by reading rows, the first ones of the file or all of them; ``rowsRead`` says how many.
public struct TraceFacts: Equatable, Sendable {
  /// What the file is.
  public var format: TraceFormat
  /// The compression around it, nil where it lies as it is.
  public var compression: Compression?
  /// The other files that were read with it, such as one of token ids.
  public var companionFiles: [String] = []
  /// What its scores went through before they are measured, nil where they are as in the file.
  public var derivation: ScoreDerivation?
  /// The sequences that the file holds.
  public var sequenceCount: Int
  /// The sequences of which rows were read.
  public var sequencesRead = 0
  /// The rows that were read.
  public var rowsRead = 0
  /// Tokens of the sequences that were read, prompt included.
  public var tokensRead = 0
  /// What a row holds; nil where no row was read.
  public var rows: Rows?
  /// Logits or logprobs; nil where no row was read.
  public var values: Values?
  /// Whether a sampler has changed the distributions, as far as can be told.
  public var stage = Stage.unknown
  /// The names of the models, as the file gives them, sorted.
  public var models: [String] = []
  /// The tasks, as the file gives them, sorted.
  public var tasks: [String] = []
  /// Whatever else the file says of itself.
  public var metadata: [String: String] = [:]
  /// The probability mass of the listed tokens, 0 … 1; nil for dense rows.
  public var coverage: Coverage?
  /// Whether rows and tokens fit together; nil where too few rows could be compared.
  public var alignment: Alignment?
  /// What is doubtful.
  public var warnings: [TraceWarning] = []

  /// Facts about a file of which nothing has been read yet.
  public init(format: TraceFormat, sequenceCount: Int) {
    self.format = format
    self.sequenceCount = sequenceCount
  }

  /// What a row holds.
  public enum Rows: Equatable, Sendable {
    /// A score for each of `vocabularySize` tokens.
    case dense(vocabularySize: Int, encoding: DenseRow.Encoding)
    /// Between so many and so many listed tokens, with logprobs good to `precision` nats at worst.
    case truncated(listed: ClosedRange<Int>, precision: Double)
  }

  /// What a score is.
  public enum Values: String, Equatable, Sendable {
    /// Defined up to a constant for each row.
    case logits
    /// Natural logarithms of probabilities.
    case logprobs
  }

  /// Where in the engine the values were taken.
  public enum Stage: String, Equatable, Sendable {
    /// The file says that they come straight from the model.
    case raw
    /// After a temperature, a penalty, top-k or top-p: the file says so, or the values show it.
    case processed
    /// The file does not say, and the values do not tell.
    case unknown
  }

  /// The listed mass over the rows read.
  public struct Coverage: Equatable, Sendable {
    /// Mean over rows.
    public var mean: Double
    /// The row with the least.
    public var least: Double

    /// The mean and the least mass of some rows.
    public init(mean: Double, least: Double) {
      self.mean = mean
      self.least = least
    }
  }

  /// The mean surprise of the text under three ways of laying rows beside tokens, in nats per token.
  ///
  /// As read must be the least, and clearly so, if the model had any idea of the text.
  public struct Alignment: Equatable, Sendable {
    /// Each row against the token that it is taken to predict.
    public var asRead: Double
    /// Each row against the token before.
    public var oneEarlier: Double
    /// Each row against the token after.
    public var oneLater: Double
    /// The rows compared.
    public var rows: Int

    /// Three means over the same rows.
    public init(asRead: Double, oneEarlier: Double, oneLater: Double, rows: Int) {
      self.asRead = asRead
      self.oneEarlier = oneEarlier
      self.oneLater = oneLater
      self.rows = rows
    }
  }
}

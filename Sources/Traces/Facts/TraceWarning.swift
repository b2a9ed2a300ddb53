/// Something doubtful about a file of traces that can still be read.
public enum TraceWarning: Equatable, Sendable {
  /// A sequence cannot be read.
  case unreadable(TraceError)
  /// The tokens fit the rows clearly better when they are moved by one. Mean surprise in nats.
  case misaligned(asRead: Double, moved: Double)
  /// The values went through a sampler; what shows it.
  case processed(Evidence)
  /// Rows hold a NaN.
  case notANumber(rows: Int)
  /// The listed probabilities of a row add up to more than 1; the most that was seen.
  case massAboveOne(rows: Int, largest: Double)
  /// Rows store one token at least as "at or below the floor of the row"; mean share of such tokens, 0 … 1.
  case floored(rows: Int, share: Double)
  /// The file has positions without a row.
  case emptyRows(Int)
  /// Rows do not say what the emitted token's logprob is.
  case emittedUnknown(rows: Int)
  /// The file does not say where the response begins.
  case noPromptLength(sequences: Int)
  /// The tensor is named after logprobs, but its rows are not normalised; mean logsumexp in nats.
  case notNormalised(logSumExp: Double)

  /// What shows that a sampler changed the values.
  public enum Evidence: Equatable, Sendable {
    /// The file's metadata: the name and the value.
    case stated(name: String, value: String)
    /// Tokens have probability 0; the rows in which they do.
    case excludedTokens(rows: Int)
    /// In every row the few listed tokens hold all of the probability.
    case nothingUnlisted(rows: Int)
  }
}

extension TraceWarning: CustomStringConvertible {
  /// One line: what is doubtful, and what follows from it.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .misaligned(let asRead, let moved):
      "The text fits better when rows and tokens are moved by one: \(rounded(moved)) nats per token instead of \(rounded(asRead)). Check what the rows predict."
    case .processed(let evidence):
      "\(evidence.statement) Figures compare what was sampled from, not what the models say."
    case .notANumber(let rows):
      "\(count(rows, "row")) \(rows == 1 ? "holds" : "hold") a NaN. Such rows are left out and counted."
    case .massAboveOne(let rows, let largest):
      "The probabilities listed in \(count(rows, "row")) add up to more than 1, to \(rounded(largest)) at most. These may be no logprobs."
    case .floored(let rows, let share):
      "\(count(rows, "row")) \(rows == 1 ? "stores" : "store") tokens as a floor only, \(rounded(100 * share)) % of a row on average. Divergences can come out too small."
    case .emptyRows(let rows):
      "\(count(rows, "position")) \(rows == 1 ? "has" : "have") no row. Such positions are counted as missing."
    case .emittedUnknown(let rows):
      "\(count(rows, "row")) \(rows == 1 ? "does" : "do") not give the logprob of the emitted token."
    case .noPromptLength(let sequences):
      "\(count(sequences, "sequence")) \(sequences == 1 ? "does" : "do") not say where the response begins. The first row counts as position 0."
    case .notNormalised(let logSumExp):
      "The tensor is named \"logprobs\", but its rows have a logsumexp of \(rounded(logSumExp)). They are taken as logits."
    }
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
  private func rounded(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    return String((value * 1000).rounded() / 1000)
  }
}

extension TraceWarning.Evidence {
  fileprivate var statement: String {
    switch self {
    case .stated(let name, let value): "The file says \(name) = \"\(value)\"."
    case .excludedTokens(let rows):
      "Tokens have probability 0 in \(rows) row\(rows == 1 ? "" : "s"), as after top-k or top-p."
    case .nothingUnlisted(let rows):
      "The listed tokens hold all of the probability in \(rows == 1 ? "the one row" : "all \(rows) rows") read, as after top-k or top-p."
    }
  }
}

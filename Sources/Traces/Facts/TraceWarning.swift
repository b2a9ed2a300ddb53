/// Something doubtful about a file of traces that can still be read.
public enum TraceWarning: Equatable, Sendable {
  /// A sequence cannot be read.
  case unreadable(TraceError)
  /// The tokens of so many rows fit the rows clearly better when they are moved by one, by so many nats per token; and
  /// whether that is beyond doubt.
  case misaligned(gain: Double, rows: Int, isCertain: Bool)
  /// The values are neither logits nor natural logprobs, as so many rows show.
  case meaning(ScoreMeaning, rows: Int)
  /// The values went through a sampler; what shows it.
  case processed(Evidence)
  /// Rows hold a NaN.
  case notANumber(rows: Int)
  /// Rows hold a score of +∞.
  case infinite(rows: Int)
  /// The listed probabilities of a row add up to more than 1; the most that was seen.
  case massAboveOne(rows: Int, largest: Double)
  /// Rows store one token at least as "at or below the floor of the row"; mean share of such tokens, 0 … 1.
  case floored(rows: Int, share: Double)
  /// The file has positions without a row.
  case emptyRows(Int)
  /// Rows do not say what the emitted token's logprob is.
  case emittedUnknown(rows: Int)
  /// A server counts so many tokens more than it gives entries for.
  case entriesMissing(tokens: Int)
  /// Tokens that the file gives as texts: emitted ones whose bytes several ids share, and listed ones that are left out.
  case textMatched(TextMatching)
  /// The engine that writes this format takes the logprobs of answers after its temperature, and does not say which.
  case afterTemperature(TraceFormat)
  /// The file does not say where the response begins.
  case noPromptLength(sequences: Int)
  /// The tensor is named after logprobs, but its rows are not normalised; mean logsumexp in nats.
  case notNormalised(logSumExp: Double)
  /// The scores lie `ratio` times as far apart as those of another file, over so many rows: more than fine-tuning
  /// alone usually does.
  case scaled(ratio: Double, rows: Int, otherFile: String)
  /// A person vouches for the file, against this reason to refuse it.
  case assumed(TraceAssumption, TraceRefusal)

  /// What shows that a sampler changed the values.
  public enum Evidence: Equatable, Sendable {
    /// The file's metadata: the name and the value.
    case stated(name: String, value: String)
    /// Tokens have probability 0; the rows in which they do.
    case excludedTokens(rows: Int)
    /// In so many rows the listed tokens hold all of the probability though the last of them is far from improbable;
    /// of so many rows whose last listed token is.
    case nothingUnlisted(rows: Int, of: Int)
  }

  /// One word for each kind of warning, by which programs tell them apart.
  public var name: String {
    switch self {
    case .unreadable: "unreadable"
    case .misaligned: "misaligned"
    case .meaning: "meaning"
    case .processed: "processed"
    case .notANumber: "notANumber"
    case .infinite: "infinite"
    case .massAboveOne: "massAboveOne"
    case .floored: "floored"
    case .emptyRows: "emptyRows"
    case .emittedUnknown: "emittedUnknown"
    case .entriesMissing: "entriesMissing"
    case .textMatched: "textMatched"
    case .afterTemperature: "afterTemperature"
    case .noPromptLength: "noPromptLength"
    case .notNormalised: "notNormalised"
    case .scaled: "scaled"
    case .assumed(let assumption, _): "assumed-\(assumption.rawValue)"
    }
  }
}

extension TraceWarning: CustomStringConvertible {
  /// One line: what is doubtful, and what follows from it.
  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .misaligned(let gain, let rows, isCertain: true):
      "\(TraceRefusal.misaligned(gain: gain, rows: rows).statement.sentence) Check what the rows predict."
    case .meaning(let meaning, let rows):
      "\(TraceRefusal.meaning(meaning, rows: rows, of: .logits).statement.sentence) Divergences of them mean nothing."
    case .misaligned(let gain, _, isCertain: false):
      "The text fits better when rows and tokens are moved by one, by \(gain.inThousandths) nats per token. Check what the rows predict."
    case .processed(let evidence):
      "\(evidence.statement). Figures compare what was sampled from, not what the models say."
    case .notANumber(let rows):
      "\(count(rows, "row")) \(rows == 1 ? "holds" : "hold") a NaN. Such rows are left out and counted."
    case .infinite(let rows):
      "\(count(rows, "row")) \(rows == 1 ? "holds" : "hold") a score of +∞, as where scores are too large for f16. Such rows are left out and counted."
    case .massAboveOne(let rows, let largest):
      "The probabilities listed in \(count(rows, "row")) add up to more than 1, to \(largest.inThousandths) at most. These may be no logprobs."
    case .floored(let rows, let share):
      "\(count(rows, "row")) \(rows == 1 ? "stores" : "store") tokens as a floor only, \((1000 * share).rounded() / 10) % of a row on average. Divergences can come out too small."
    case .emptyRows(let rows):
      "\(count(rows, "position")) \(rows == 1 ? "has" : "have") no row. Such positions are counted as missing."
    case .emittedUnknown(let rows):
      "\(count(rows, "row")) \(rows == 1 ? "does" : "do") not give the logprob of the emitted token."
    case .entriesMissing(let tokens):
      "\(count(tokens, "token")) that the server generated \(tokens == 1 ? "has" : "have") no entry and \(tokens == 1 ? "is" : "are") missing in the text: those that end inside a character, or those of a stop word. Ask for return_tokens."
    case .textMatched(let matching):
      [
        matching.shared > 0
          ? "\(count(matching.shared, "emitted token")) \(matching.shared == 1 ? "has" : "have") bytes that several ids share, of which the first is taken."
          : nil,
        matching.leftOut > 0
          ? "\(count(matching.leftOut, "listed token")) \(matching.leftOut == 1 ? "is" : "are") left out, because the text is that of several tokens or of none."
          : nil,
      ].compactMap { $0 }.joined(separator: " ")
    case .afterTemperature(let format):
      "Logprobs of answers in \(format.name) are taken after the sampler's temperature. Check that it was 1, or score the texts."
    case .noPromptLength(let sequences):
      "\(count(sequences, "sequence")) \(sequences == 1 ? "does" : "do") not say where the response begins. The first row counts as position 0."
    case .notNormalised(let logSumExp):
      "The tensor is named \"logprobs\", but its rows have a logsumexp of \(logSumExp.inThousandths). They are taken as logits."
    case .scaled(let ratio, let rows, let otherFile):
      "In \(count(rows, "row")) the scores lie \(ratio.inThousandths) times as far apart as in \(otherFile), more than fine-tuning usually does. Check that both are at temperature 1."
    case .assumed(let assumption, let refusal):
      "The values are taken as \(assumption.rawValue) because it was said so; otherwise they are refused: \(refusal.statement)"
    }
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension String {
  /// The same with a capital letter, where nothing stands before it.
  fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() }
}

extension TraceWarning.Evidence {
  /// What was seen, without a full stop.
  var statement: String {
    let words = lowercasedStatement
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  /// The same to go on with behind a place.
  var lowercasedStatement: String {
    switch self {
    case .stated(let name, let value): "the file says \(name) = \"\(value)\""
    case .excludedTokens(let rows):
      "tokens have probability 0 in \(rows) row\(rows == 1 ? "" : "s"), as after top-k or top-p"
    case .nothingUnlisted(let rows, let telling):
      "the listed tokens hold all of the probability in \(rows) of \(telling) rows that end far from 0, as after top-k or top-p"
    }
  }
}

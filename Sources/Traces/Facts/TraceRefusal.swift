/// Why two traces of the same tokens must not be set against each other.
public enum TraceRefusal: Error, Equatable, Sendable {
  /// Only this file's values went through a sampler; the other file's did not, as far as can be told.
  case processed(TraceWarning.Evidence, otherFile: String)
  /// The files state different temperatures.
  case temperatures(String, other: String, otherFile: String)
  /// The scores lie `ratio` times as far apart as those of the other file, over so many rows.
  case scaled(ratio: Double, rows: Int, otherFile: String)
  /// The listed probabilities of rows add up to more than 1; the most that was seen.
  case massAboveOne(rows: Int, largest: Double)
  /// The text fits better by so many nats per token when rows and tokens are moved by one, over so many rows.
  case misaligned(gain: Double, rows: Int)
  /// The values are neither logits nor natural logprobs, as so many rows show; what a person may vouch for instead.
  case meaning(ScoreMeaning, rows: Int, of: TraceAssumption)

  /// What is wrong: one sentence, with both numbers.
  var statement: String {
    switch self {
    case .processed(let evidence, let otherFile):
      "\(evidence.lowercasedStatement), but nothing of the kind shows in \(otherFile)."
    case .temperatures(let own, let other, let otherFile):
      "the file says temperature = \"\(own)\", but \(otherFile) says \"\(other)\"."
    case .scaled(let ratio, let rows, let otherFile):
      """
      in \(rows) rows the scores lie \(ratio.inThousandths) times as far apart as in \(otherFile), as after a \
      temperature of \((1 / ratio).inHundredths).
      """
    case .massAboveOne(let rows, let largest):
      """
      the probabilities listed in \(rows) row\(rows == 1 ? "" : "s") add up to \(largest.inThousandths), but none \
      can to more than 1.
      """
    case .misaligned(let gain, let rows):
      """
      over \(rows) rows the text fits better by \(gain.inThousandths) nats per token when rows and tokens are moved by \
      one.
      """
    case .meaning(.probabilities, let rows, _):
      "in \(rows) rows all values lie in 0...1 and add up to 1, as probabilities do and logits do not."
    case .meaning(.logarithms(let base), let rows, _):
      """
      in \(rows) rows the powers of \(base) of the values add up to 1, as those of logarithms to base \(base) do and not \
      of natural ones.
      """
    }
  }

  /// What to do: a sentence that starts with a verb.
  var remedy: String {
    switch self {
    case .misaligned:
      """
      Say which token each row predicts with \"positions\", or say --assume aligned (in a study `assume: aligned`).
      """
    case .meaning(.probabilities, _, let assumption):
      """
      Store their natural logarithms, or say --assume \(assumption.rawValue) (in a study `assume: \
      \(assumption.rawValue)`).
      """
    case .meaning(.logarithms(let base), _, let assumption):
      """
      Multiply them by ln \(base), or say --assume \(assumption.rawValue) (in a study `assume: \
      \(assumption.rawValue)`).
      """
    case .massAboveOne:
      "Run the engine with logprobs_mode raw_logprobs, or say --assume logprobs (in a study `assume: logprobs`)."
    default:
      "Score both with raw logprobs at temperature 1, or say --assume raw (in a study `assume: raw`) if they are."
    }
  }
}

extension Double {
  /// For sentences: three decimals, or all digits of a number too large or strange for them.
  var inThousandths: String {
    guard isFinite, magnitude < 1e12 else { return "\(self)" }
    return String((self * 1000).rounded() / 1000)
  }

  /// For sentences: two decimals.
  var inHundredths: String {
    guard isFinite, magnitude < 1e12 else { return "\(self)" }
    return String((self * 100).rounded() / 100)
  }
}

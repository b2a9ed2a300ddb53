public import Tokenization

/// Why a pair of rows has no measures: such a position is left out, counted and reported.
public enum RowProblem: Error, Equatable, Sendable {
  /// Which of the two rows.
  public enum Role: String, Sendable {
    /// The row of the model that is compared against.
    case reference
    /// The row of the model under study.
    case tuned
  }

  /// What is wrong, whatever the token: what rows that fail for one reason have in common.
  public enum Kind: Hashable, Sendable {
    case notANumber(Role), plusInfinity(Role), noProbability(Role)
    case emittedOutside, sizesDiffer, rowTooShort
  }

  /// The reason without its details.
  public var kind: Kind {
    switch self {
    case .notANumber(let role, _): .notANumber(role)
    case .plusInfinity(let role, _): .plusInfinity(role)
    case .noProbability(let role): .noProbability(role)
    case .emittedOutside: .emittedOutside
    case .sizesDiffer: .sizesDiffer
    case .rowTooShort: .rowTooShort
    }
  }

  /// A score is NaN.
  case notANumber(Role, token: TokenID)
  /// A score is +∞.
  case plusInfinity(Role, token: TokenID)
  /// Every score is −∞.
  case noProbability(Role)
  /// The emitted token is not in the vocabulary.
  case emittedOutside(token: TokenID, vocabularySize: Int)
  /// The two rows have different numbers of scores.
  case sizesDiffer(reference: Int, tuned: Int)
  /// A row has fewer scores than the vocabulary has tokens.
  case rowTooShort(count: Int, vocabularySize: Int)
}

extension RowProblem: CustomStringConvertible {
  /// The finding in one sentence, and a second one that says what to do.
  public var description: String {
    switch self {
    case .notANumber(let role, let token):
      "the \(role.rawValue) score of token \(token) is NaN. Score the sequence again."
    case .plusInfinity(let role, let token):
      "the \(role.rawValue) score of token \(token) is +∞. Score the sequence again."
    case .noProbability(let role):
      "every \(role.rawValue) score is −∞. Score the sequence again, or mask this position."
    case .emittedOutside(let token, let size):
      "token \(token) stands in the text, but the ids of the vocabulary end at \(size - 1)."
        + " Score the text with the tokenizer of these models."
    case .sizesDiffer(let reference, let tuned):
      "the reference row has \(reference) scores and the tuned row has \(tuned)."
        + " Compare models of one vocabulary, or give the size of the vocabulary if one of them is padded."
    case .rowTooShort(let count, let size):
      "a row has \(count) scores, but the vocabulary has \(size) tokens."
        + " Give the vocabulary that the models were trained with."
    }
  }
}

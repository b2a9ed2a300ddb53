/// What scores went through between the file and the rows that are measured.
public enum ScoreDerivation: Equatable, Sendable {
  /// The file has double precision; each score is rounded to the nearest number of single precision.
  case rounded
  /// The file has hidden states, and each score is computed from them. The types are those of the file.
  case product(hiddenStates: String, head: String)

  /// A sentence for people.
  public var statement: String {
    switch self {
    case .rounded: "Scores in double precision are rounded to single precision: to 6e-8 of their size."
    case .product(let hiddenStates, let head):
      "Scores are computed from \(hiddenStates) hidden states and a \(head) output head, summed in double precision and rounded to single: the model itself may have rounded them further."
    }
  }
}

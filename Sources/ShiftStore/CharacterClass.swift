/// A class of characters.
enum CharacterClass: Sendable {
  case whitespace, digit, letter, mathematics, punctuation
  case characters(Set<Unicode.Scalar>)

  init(_ name: String) {
    switch name {
    case "whitespace": self = .whitespace
    case "digit": self = .digit
    case "letter": self = .letter
    case "mathematics": self = .mathematics
    case "punctuation": self = .punctuation
    default: self = .characters(Set(name.unicodeScalars))
    }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .whitespace: return scalar.properties.isWhitespace
    case .digit: return scalar.properties.numericType != nil && !scalar.properties.isAlphabetic
    case .letter:
      return scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
    case .mathematics: return scalar.properties.generalCategory == .mathSymbol || scalar == "^"
    case .punctuation:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation, .modifierSymbol, .currencySymbol, .otherSymbol, .mathSymbol:
        return true
      default: return false
      }
    case .characters(let characters): return characters.contains(scalar)
    }
  }
}

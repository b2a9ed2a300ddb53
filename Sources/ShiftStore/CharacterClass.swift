/// A class of characters.
struct CharacterClass: Sendable {
  fileprivate enum Name: String, CaseIterable {
    case whitespace, digit, letter, mathematics, punctuation
  }

  fileprivate enum Kind {
    case named(Name)
    case characters(Set<Unicode.Scalar>)
  }

  /// The classes that have a name.
  static let names = Name.allCases.map(\.rawValue)

  private let kind: Kind
  /// Which of the ASCII characters, nearly all that there are in a vocabulary, belong to it.
  private let plain: [Bool]

  init(_ name: String) {
    let kind = Name(rawValue: name).map(Kind.named) ?? .characters(Set(name.unicodeScalars))
    self.kind = kind
    plain = (0..<0x80 as Range<UInt8>).map { kind.contains(Unicode.Scalar($0)) }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? plain[Int(scalar.value)] : kind.contains(scalar)
  }
}

extension CharacterClass.Kind {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .named(let name): name.contains(scalar)
    case .characters(let characters): characters.contains(scalar)
    }
  }
}

extension CharacterClass.Name {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool {
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
    }
  }
}

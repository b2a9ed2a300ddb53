/// What the split patterns ask about a scalar, in eight bits, so that one table serves every pattern.
struct ScalarClass: OptionSet, Sendable {
  let rawValue: UInt8

  /// Capital letters: Lu and Lt.
  static let upper = ScalarClass(rawValue: 1)
  /// Small letters: Ll.
  static let lower = ScalarClass(rawValue: 2)
  /// Letters without case: Lm and Lo.
  static let caseless = ScalarClass(rawValue: 4)
  /// Combining marks: M.
  static let mark = ScalarClass(rawValue: 8)
  /// Numbers: N.
  static let number = ScalarClass(rawValue: 16)
  /// White space: the 25 scalars of `\s`.
  static let space = ScalarClass(rawValue: 32)
  /// Punctuation: P.
  static let punctuation = ScalarClass(rawValue: 64)
  /// Symbols: S.
  static let symbol = ScalarClass(rawValue: 128)

  /// `\p{L}`.
  static let letter: ScalarClass = [.upper, .lower, .caseless]
}

extension ScalarClass {
  /// The class of every code point, as raw values.
  static let table: [UInt8] = {
    let byCategory = GeneralCategory.allCases.map { ScalarClass(of: $0).rawValue }
    var table = GeneralCategory.table.map { byCategory[Int($0)] }
    for point in whiteSpace { table[point] = space.rawValue }
    return table
  }()

  /// `White_Space`. U+180E and U+200B are not in it, U+0085 is; PCRE2 disagrees about the first.
  static let whiteSpace: [Int] =
    Array(0x09...0x0D) + [0x20, 0x85, 0xA0, 0x1680] + Array(0x2000...0x200A)
    + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]

  private init(of category: GeneralCategory) {
    switch category {
    case .uppercaseLetter, .titlecaseLetter: self = .upper
    case .lowercaseLetter: self = .lower
    case .modifierLetter, .otherLetter: self = .caseless
    case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      self = .punctuation
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: self = .symbol
    default: self = []
    }
  }
}

/// A rule whose lists are sets.
struct TokenRule: Sendable {
  let name: String
  /// True for a rule of the tokens that are not text.
  let isSpecial: Bool
  let words: Set<[UInt8]>?
  /// The pieces one of which a token holds.
  let pieces: [[UInt8]]?
  let classes: [CharacterClass]?

  init(_ rule: TokenCategories.Rule) {
    name = rule.name
    isSpecial = rule.special ?? false
    words = rule.words.map { Set($0.map { Array($0.lowercased().utf8) }) }
    pieces = rule.holding.map { $0.map { Array($0.utf8) } }
    classes = rule.every.map { $0.map(CharacterClass.init) }
  }

  /// Whether the rule is met by all tokens.
  var hasNoCondition: Bool { !isSpecial && words == nil && pieces == nil && classes == nil }

  /// True where the token has one of the words, one of the pieces, or only characters of the classes; or where the
  /// rule names none of them.
  func isMet(by token: TokenForm) -> Bool {
    if isSpecial { return token.isSpecial }
    if hasNoCondition { return true }
    if token.isSpecial { return false }
    if let words, words.contains(token.word) { return true }
    if let pieces, pieces.contains(where: token.holds) { return true }
    return classes.map(token.consists) ?? false
  }
}

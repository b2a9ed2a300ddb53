/// A rule whose lists are sets.
struct TokenRule: Sendable {
  let name: String
  private let special: Bool
  private let words: Set<[UInt8]>?
  private let holding: [[UInt8]]?
  private let classes: [CharacterClass]?

  init(_ rule: TokenCategories.Rule) {
    name = rule.name
    special = rule.special ?? false
    words = rule.words.map { Set($0.map { Array($0.lowercased().utf8) }) }
    holding = rule.holding.map { $0.map { Array($0.utf8) } }
    classes = rule.every.map { $0.map(CharacterClass.init) }
  }

  /// True where the token has one of the words, one of the pieces, or only characters of the classes; or where the
  /// rule names none of them.
  func isMet(by token: TokenForm) -> Bool {
    if special { return token.isSpecial }
    if words == nil && holding == nil && classes == nil { return true }
    if token.isSpecial { return false }
    if let words, words.contains(token.word) { return true }
    if let holding, holding.contains(where: token.holds) { return true }
    return classes.map(token.consists) ?? false
  }
}

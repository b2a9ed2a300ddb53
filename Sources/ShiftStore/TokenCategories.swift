/// Rules that sort vocabulary tokens into kinds: the first rule that a token meets names it.
public struct TokenCategories: Codable, Equatable, Sendable {
  /// What a token must be to belong to a kind. A rule without any condition is met by every token.
  public struct Rule: Codable, Equatable, Sendable {
    /// The kind's name.
    public var name: String
    /// True where only tokens belong that are not text, such as an end-of-turn mark.
    public var special: Bool?
    /// Whole tokens, in small letters and without the white space around them.
    public var words: [String]?
    /// Pieces one of which the token holds.
    public var holding: [String]?
    /// Classes of characters to one of which every character belongs: `whitespace`, `digit`, `letter`, `mathematics`,
    /// `punctuation`; any other entry stands for the characters in it. White space around the token is not looked
    /// at, but where the token is nothing else.
    public var every: [String]?

    /// The words of ``every`` that stand for a class of characters.
    public static let characterClasses = CharacterClass.names

    /// A rule.
    public init(
      _ name: String, special: Bool? = nil, words: [String]? = nil, holding: [String]? = nil,
      every: [String]? = nil
    ) {
      self.name = name
      self.special = special
      self.words = words
      self.holding = holding
      self.every = every
    }
  }

  /// The kinds of the column `category`.
  public var categories: [Rule]
  /// The kinds of the column `wordKind`.
  public var wordKinds: [Rule]

  /// The name of a token that meets no rule.
  public static let other = "other"

  /// Rules for both columns.
  public init(categories: [Rule], wordKinds: [Rule]) {
    self.categories = categories
    self.wordKinds = wordKinds
  }
}

/// What a token is called by rules.
public struct TokenKind: Equatable, Sendable {
  /// Its category: connective, digit, punctuation and so on.
  public var category: String
  /// Whether it is a logical-structural or a content word.
  public var wordKind: String

  /// A kind.
  public init(category: String, wordKind: String) {
    self.category = category
    self.wordKind = wordKind
  }
}

/// Rules made ready to sort many tokens.
public struct TokenSorter: Sendable {
  private let categories: [TokenRule]
  private let wordKinds: [TokenRule]
  /// Those of both columns, the categories first.
  private let plain: PlainTokenRules?

  /// A sorter by these rules.
  public init(_ rules: TokenCategories) {
    categories = rules.categories.map(TokenRule.init)
    wordKinds = rules.wordKinds.map(TokenRule.init)
    plain = PlainTokenRules(categories + wordKinds)
  }

  /// The names of a token.
  public func kind(of bytes: some Collection<UInt8>, isSpecial: Bool) -> TokenKind {
    let met = isSpecial ? nil : bytes.withContiguousStorageIfAvailable { plain?.met(by: $0) } ?? nil
    if let met {
      return TokenKind(
        category: Self.name(categories, of: met),
        wordKind: Self.name(wordKinds, of: met >> UInt64(categories.count)))
    }
    let token = TokenForm(bytes, isSpecial: isSpecial)
    func name(_ rules: [TokenRule]) -> String {
      rules.first { $0.isMet(by: token) }?.name ?? TokenCategories.other
    }
    return TokenKind(category: name(categories), wordKind: name(wordKinds))
  }

  /// The first of these rules that is met.
  private static func name(_ rules: [TokenRule], of met: UInt64) -> String {
    let place = met.trailingZeroBitCount
    return place < rules.count ? rules[place].name : TokenCategories.other
  }
}

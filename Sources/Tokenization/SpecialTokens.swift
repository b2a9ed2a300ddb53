/// What the text of a special token means where it stands in a text.
public enum SpecialTokens: String, CaseIterable, Sendable {
  /// It is the token.
  case parse
  /// It is text like any other.
  case text
}

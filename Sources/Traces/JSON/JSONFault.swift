/// Why a text is not the JSON that was expected. The place is the byte where it was found out.
public struct JSONFault: Error, Equatable, Sendable {
  /// The offset of the offending byte from the start of the text.
  public var offset: Int
  /// What is wrong there.
  public var reason: Reason

  /// What can be wrong.
  public enum Reason: Equatable, Sendable {
    /// Another thing stands where this was expected.
    case expected(String)
    /// The text ends too early.
    case endsInside(String)
    /// Arrays and objects stand inside one another more deeply than ``JSONCursor/deepest``.
    case tooDeep
    /// A raw control character stands inside a string.
    case controlCharacter
    /// A backslash is followed by something that is no escape.
    case badEscape
    /// A whole number was expected, or one that fits.
    case notAnInteger
    /// A name stands twice in one object, where only one value can be meant.
    case repeatedKey(String)
  }
}

/// A token that is not made by merging but found in the text as it stands.
public struct AddedToken: Hashable, Sendable {
  /// Its id.
  public var id: TokenID
  /// Its text, UTF-8.
  public var content: [UInt8]
  /// What else the vocabulary says about it.
  public var flags: Flags

  /// The token with this id, text and these flags.
  public init(id: TokenID, content: [UInt8], flags: Flags = []) {
    self.id = id
    self.content = content
    self.flags = flags
  }

  /// How an added token is found and shown, under the names of `tokenizer.json`.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// The flags with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It steers the model, and is left out when text is shown to people.
    public static let special = Flags(rawValue: 1)
    /// It is found only between characters that are no part of a word.
    public static let singleWord = Flags(rawValue: 2)
    /// It takes the white space before it along.
    public static let stripsLeft = Flags(rawValue: 4)
    /// It takes the white space behind it along.
    public static let stripsRight = Flags(rawValue: 8)
    /// It is looked for in the normalised text and not in the text as given.
    public static let normalized = Flags(rawValue: 16)
  }
}

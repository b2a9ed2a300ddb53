/// Turns the ids of one text into bytes, part by part.
public struct TokenDecoder {
  private let tokenizer: Tokenizer
  private var isAtStart = true

  /// A decoder at the beginning of a text.
  public init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// The bytes of the next tokens.
  ///
  /// They need not be UTF-8: a token may end inside a character.
  public mutating func decode(_ ids: some Sequence<TokenID>) throws(UnknownToken) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids {
      guard let token = tokenizer.vocabulary.bytes(of: id) else {
        throw UnknownToken(id: id, count: tokenizer.vocabulary.count)
      }
      let isSpaceInFront = isAtStart && tokenizer.stripsLeadingSpace && token.first == 0x20
      bytes.append(contentsOf: isSpaceInFront ? token.dropFirst() : token)
      if !token.isEmpty { isAtStart = false }
    }
    return bytes
  }

  /// An id that stands for no token.
  public struct UnknownToken: Error, Equatable, CustomStringConvertible {
    /// The id.
    public var id: TokenID
    /// One more than the vocabulary's highest id.
    public var count: Int

    /// One sentence and the remedy.
    public var description: String {
      "The id \(id) has no token in a vocabulary of \(count). Pass the vocabulary the ids were made with."
    }
  }
}

extension Tokenizer {
  /// The bytes that the ids of a text stand for, one token after another.
  ///
  /// They need not be UTF-8: a token may end inside a character.
  public func decode(_ ids: some Sequence<TokenID>) throws(TokenDecoder.UnknownToken) -> [UInt8] {
    var decoder = TokenDecoder(self)
    return try decoder.decode(ids)
  }
}

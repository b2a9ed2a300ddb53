/// Text to token ids and back, exactly as the library does that the vocabulary was made with.
///
/// Encoding is: find the added tokens, rewrite what lies between by the normalizers, cut it into pieces,
/// and merge the bytes or characters of each piece. Nothing crosses a cut, so every piece can be encoded
/// on its own. What a model wants around a text, such as a token that begins it, is not added.
public struct Tokenizer: Sendable {
  /// The tokens.
  public let vocabulary: Vocabulary

  let model: PieceModel
  let normalizers: [Normalizer]
  let cuts: [CutStep]
  /// Added tokens looked for in the text as given, and in what the normalizers made of it.
  let rawFinder: AddedTokenFinder
  let normalizedFinder: AddedTokenFinder
  /// Whether decoding leaves out the space that encoding puts in front.
  let stripsLeadingSpace: Bool

  /// A tokenizer of these parts.
  ///
  /// - Parameter tokenNormalizers: The steps that the text of an added token goes through before it is
  ///   looked for in normalized text: in `tokenizer.json` all of them.
  init(
    model: PieceModel, normalizers: [Normalizer] = [], tokenNormalizers: [Normalizer]? = nil, cuts: [CutStep],
    stripsLeadingSpace: Bool = false
  ) {
    vocabulary = model.vocabulary
    self.model = model
    self.normalizers = normalizers
    self.cuts = cuts
    self.stripsLeadingSpace = stripsLeadingSpace
    let tokens = model.vocabulary.addedTokens
    rawFinder = AddedTokenFinder(tokens.filter { !$0.flags.contains(.normalized) })
    normalizedFinder = AddedTokenFinder(
      tokens.filter { $0.flags.contains(.normalized) }.map { token in
        let steps = tokenNormalizers ?? normalizers
        let content = steps.reduce(AlignedText(token.content, offset: 0)) { $1.apply($0) }
        return AddedToken(id: token.id, content: Array(content.bytes), flags: token.flags)
      })
  }
}

extension Tokenizer {
  /// The ids of a text.
  ///
  /// - Parameter special: Whether the text of a special token is that token. Added tokens that are not
  ///   special are always found.
  public func encode(_ text: String, special: SpecialTokens = .parse) -> [TokenID] {
    var text = text
    return text.withUTF8 { TokenEncoder(self).encode($0, special: special) }
  }

  /// The ids of bytes, which should be UTF-8.
  ///
  /// A byte that is not is kept, and the text is cut as if U+FFFD stood in its place.
  public func encode(_ bytes: some Collection<UInt8>, special: SpecialTokens = .parse) -> [TokenID] {
    TokenEncoder(self).encode(bytes, special: special)
  }

  /// A token and the bytes of the text that it stands for.
  public struct Span: Hashable, Sendable {
    /// The token.
    public var id: TokenID
    /// From its first byte to the one behind its last. Where the text was rewritten before it was cut,
    /// a token stands for all bytes its part was made from, and neighbours may share them.
    public var bytes: Range<Int>
  }

  /// The ids of bytes, each with its place in them.
  public func spans(of bytes: some Collection<UInt8>, special: SpecialTokens = .parse) -> [Span] {
    var spans: [Span] = []
    if bytes.isEmpty { return spans }
    visit(AlignedText(Array(bytes), offset: 0), special: special) { part in
      switch part {
      case .token(let id, let range): spans.append(Span(id: id, bytes: range))
      case .piece(let piece):
        let symbols = piece.bytes.withUnsafeBufferPointer { model.encodeSpans($0) }
        for symbol in symbols {
          spans.append(Span(id: TokenID(symbol.token), bytes: piece.origin(of: symbol.range)))
        }
      }
    }
    return spans
  }
}

extension Tokenizer {
  /// What a text consists of.
  enum Part {
    case token(TokenID, Range<Int>)
    case piece(AlignedText)
  }

  /// Takes a text apart, step by step as the reference does it.
  func visit(_ text: AlignedText, special: SpecialTokens, _ body: (Part) -> Void) {
    forEachSegment(of: text, rawFinder, special, body) { segment in
      let normalized = normalizers.reduce(segment) { $1.apply($0) }
      forEachSegment(of: normalized, normalizedFinder, special, body) { stretch in
        let pieces = cuts.reduce([stretch]) { pieces, step in pieces.flatMap { step.apply($0) } }
        for piece in pieces where !piece.isEmpty { body(.piece(piece)) }
      }
    }
  }

  private func forEachSegment(
    of text: AlignedText, _ finder: AddedTokenFinder, _ special: SpecialTokens, _ body: (Part) -> Void,
    between: (AlignedText) -> Void
  ) {
    if finder.isEmpty { return between(text) }
    let segments = text.withScanText { finder.segments(of: 0..<$0.count, in: $0, special: special) }
    for segment in segments {
      if let token = segment.token {
        body(.token(token, text.origin(of: segment.range)))
      } else {
        between(text[segment.range])
      }
    }
  }
}

import Synchronization
public import Tokenization

/// Finds the tokens of a vocabulary by what files give in place of ids: their bytes, or the text of them.
///
/// A text that was decoded from part of a character holds U+FFFD, and may stand for many tokens. Where it does, no
/// token is chosen.
public struct TokenLookup: Sendable {
  private let vocabulary: Vocabulary
  private let texts = TokenTexts()

  /// What is known of a token that a file names by bytes or text.
  enum Match: Equatable {
    case one(TokenID)
    /// Several ids have exactly these bytes; the first of them.
    case shared(TokenID)
    /// So many tokens may be meant, or none.
    case unknown(candidates: Int)
  }

  /// The lookup for this vocabulary. The first token that is looked up takes as long as looking up every one.
  public init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// The token with these bytes, which may be those of a damaged text.
  func match(bytes: [UInt8]) -> Match {
    let exact = vocabulary.id(of: bytes)
    let texts = texts.found(in: vocabulary)
    guard let others = texts.damaged[bytes] else {
      guard let exact else { return .unknown(candidates: 0) }
      return texts.shared.contains(exact) ? .shared(exact) : .one(exact)
    }
    if exact == nil, others.count == 1 { return .one(others.first) }
    return .unknown(candidates: others.count + (exact == nil ? 0 : 1))
  }

  /// The token with this text. OpenAI's older API writes bytes that are no text as `bytes:\xe2\x80`.
  func match(text: [UInt8]) -> Match {
    match(bytes: Self.escapedBytes(text) ?? text)
  }

  /// The token with this text, where parts of characters are written as a character of Latin-1 for each byte.
  ///
  /// Such a text may also be that of a whole token, and then either is meant.
  func match(textOrLatinBytes text: [UInt8]) -> Match {
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    let bytes = scalars.compactMap { UInt8(exactly: $0.value) }
    let whole = match(text: text)
    guard bytes.count == scalars.count, bytes.count < text.count,
      String(validating: bytes, as: UTF8.self) == nil,
      let part = vocabulary.id(of: bytes)
    else { return whole }
    if case .unknown(candidates: 0) = whole {
      return texts.found(in: vocabulary).shared.contains(part) ? .shared(part) : .one(part)
    }
    return .unknown(candidates: 2)
  }

  /// The bytes of a token that a record may call by its text; nil for special tokens, which tuned models rename, for
  /// blanks, for parts of characters, and for ids that the vocabulary does not have.
  func comparableBytes(of token: TokenID) -> [UInt8]? {
    guard !vocabulary.isSpecial(token), let bytes = vocabulary.bytes(of: token) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.utf8.elementsEqual(bytes), text.contains(where: { !$0.isWhitespace }) else { return nil }
    return Array(bytes)
  }

  /// The bytes that `bytes:\xe2\x80` stands for; nil for any other text.
  static func escapedBytes(_ text: [UInt8]) -> [UInt8]? {
    let prefix = Array("bytes:".utf8)
    guard text.starts(with: prefix), text.dropFirst(prefix.count).first == UInt8(ascii: "\\") else {
      return nil
    }
    var bytes: [UInt8] = []
    var rest = text.dropFirst(prefix.count)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(value)
      rest = rest.dropFirst(3)
    }
    return bytes
  }
}

/// What tokens have in common, found when it is first asked for: files that name tokens by ids never do.
private final class TokenTexts: Sendable {
  final class Found: Sendable {
    /// The first of several ids with the same bytes.
    let shared: Set<TokenID>
    /// Texts in which U+FFFD stands for bytes that are no text, and the tokens that they may stand for.
    let damaged: [[UInt8]: (first: TokenID, count: Int)]

    init(_ vocabulary: Vocabulary) {
      var shared: Set<TokenID> = []
      var damaged: [[UInt8]: (first: TokenID, count: Int)] = [:]
      for id in vocabulary.ids {
        guard let bytes = vocabulary.bytes(of: id) else { continue }
        if let first = vocabulary.id(of: bytes), first != id { shared.insert(first) }
        guard bytes.contains(where: { $0 >= 0x80 }) else { continue }
        let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
        if !text.elementsEqual(bytes) { damaged[text, default: (id, 0)].count += 1 }
      }
      self.shared = shared
      self.damaged = damaged
    }
  }

  private let kept = AtomicLazyReference<Found>()

  /// Several threads may find it at once; all then use what the first one found.
  func found(in vocabulary: Vocabulary) -> Found { kept.load() ?? kept.storeIfNil(Found(vocabulary)) }
}

/// Text to token ids and back, exactly as the library does that the vocabulary was made with.
///
/// Encoding is: find the added tokens, cut what lies between by the split pattern, and merge the bytes
/// of each piece. Nothing crosses a cut, so every piece can be encoded on its own.
public struct Tokenizer: Sendable {
  /// The tokens.
  public let vocabulary: Vocabulary

  private let pattern: SplitPattern
  private let model: PieceModel
  private let rawFinder: AddedTokenFinder
  private let normalizedFinder: AddedTokenFinder

  init(pattern: SplitPattern, model: PieceModel) {
    vocabulary = model.vocabulary
    self.pattern = pattern
    self.model = model
    let tokens = model.vocabulary.addedTokens
    rawFinder = AddedTokenFinder(tokens.filter { !$0.flags.contains(.normalized) })
    normalizedFinder = AddedTokenFinder(tokens.filter { $0.flags.contains(.normalized) })
  }
}

extension Tokenizer {
  /// The ids of a text.
  ///
  /// - Parameter special: Whether the text of a special token is that token. Added tokens that are not
  ///   special are always found.
  public func encode(_ text: String, special: SpecialTokens = .parse) -> [TokenID] {
    var text = text
    return text.withUTF8 { encode($0, special: special) }
  }

  /// The ids of bytes, which should be UTF-8.
  ///
  /// A byte that is not is kept, and the text is cut as if U+FFFD stood in its place.
  public func encode(_ bytes: some Collection<UInt8>, special: SpecialTokens = .parse) -> [TokenID] {
    bytes.withContiguousStorageIfAvailable { encode($0, special: special) }
      ?? Array(bytes).withUnsafeBufferPointer { encode($0, special: special) }
  }

  private func encode(_ bytes: UnsafeBufferPointer<UInt8>, special: SpecialTokens) -> [TokenID] {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return [] }
    return ScalarClass.table.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { return [] }
      let text = ScanText(base: base, count: bytes.count, classes: classes)
      var ids: [TokenID] = []
      for outer in rawFinder.segments(of: 0..<bytes.count, in: text, special: special) {
        if let token = outer.token {
          ids.append(token)
          continue
        }
        for inner in normalizedFinder.segments(of: outer.range, in: text, special: special) {
          if let token = inner.token {
            ids.append(token)
          } else {
            let part = ScanText(
              base: base + inner.range.lowerBound, count: inner.range.count, classes: classes)
            encode(part, into: &ids)
          }
        }
      }
      return ids
    }
  }

  private func encode(_ text: ScanText, into ids: inout [TokenID]) {
    switch pattern.family {
    case .gpt2: encode(text, GPT2Scanner(), into: &ids)
    case .cl100k(let digits, let word): encode(text, CL100KScanner(digits: digits, word: word), into: &ids)
    case .o200k(let digits, let suffix):
      encode(text, O200KScanner(digits: digits, suffix: suffix), into: &ids)
    case .deepseek: encode(text, DeepSeekScanner(), into: &ids)
    }
  }

  private func encode(_ text: ScanText, _ scanner: some PieceScanner, into ids: inout [TokenID]) {
    var start = 0
    while start < text.count {
      let end = scanner.end(from: start, in: text)
      model.encode(UnsafeBufferPointer(start: text.base + start, count: end - start), into: &ids)
      start = end
    }
  }
}

extension Tokenizer {
  /// The bytes that ids stand for, one token after another.
  ///
  /// They need not be UTF-8: a token may end inside a character.
  public func decode(_ ids: some Sequence<TokenID>) throws(UnknownToken) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids {
      guard let token = vocabulary.bytes(of: id) else {
        throw UnknownToken(id: id, count: vocabulary.count)
      }
      bytes.append(contentsOf: token)
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

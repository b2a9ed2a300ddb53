/// Mistral's `tekken.json`: ranks in base64, the pattern, and special tokens before all others.
///
/// The id of an ordinary token is its rank plus the number of special tokens, and of the ranks only so
/// many are in use as make up the size of the vocabulary.
struct TekkenFile {
  private let file: String
  private let ranked: RankedTokens
  private let special: [AddedToken]
  private let pattern: String

  /// Published files have 1000. Those without a name get one, so that a number alone must not cost memory.
  private static let mostSpecialTokens = 1 << 16

  init(_ json: JSONValue, file: String) throws(VocabularyError) {
    self.file = file
    func number(_ name: String, upTo most: Int) throws(VocabularyError) -> Int {
      guard let value = json["config"]?[name] else {
        throw VocabularyError(file: file, .missingPart(name: name))
      }
      guard let number = value.integer, (0...most).contains(number) else {
        throw VocabularyError(
          file: file,
          .unexpectedPart(
            name: name, expected: "a whole number from 0 to \(most)",
            found: value.integer.map(String.init) ?? value.kind))
      }
      return number
    }
    let specialCount = try number("default_num_special_tokens", upTo: Self.mostSpecialTokens)
    let size = try number("default_vocab_size", upTo: PieceTable.idLimit)
    guard specialCount <= size else {
      throw VocabularyError(
        file: file,
        .unexpectedPart(
          name: "default_vocab_size", expected: "at least default_num_special_tokens, \(specialCount),",
          found: String(size)))
    }
    let used = size - specialCount
    guard let text = json["config"]?["pattern"]?.text else {
      throw VocabularyError(file: file, .missingPart(name: "pattern"))
    }
    pattern = text
    var tokens: [(id: TokenID, bytes: [UInt8])] = []
    for entry in json["vocab"]?.elements ?? [] {
      guard let rank = entry["rank"]?.integer,
        let bytes = entry["token_bytes"]?.bytes.flatMap({ $0.withUnsafeBufferPointer { Base64.decode($0) } })
      else {
        throw VocabularyError(
          file: file,
          .unexpectedPart(name: "vocab", expected: "ranks with bytes in base64", found: entry.kind))
      }
      if (0..<used).contains(rank) { tokens.append((TokenID(Int32(rank + specialCount)), bytes)) }
    }
    ranked = RankedTokens(file: file, tokens: tokens)
    special = Self.specialTokens(json["special_tokens"], count: specialCount)
  }

  /// The special tokens of the file, or those of the files before they were listed; `<SPECIAL_i>` for the rest.
  private static func specialTokens(_ list: JSONValue?, count: Int) -> [AddedToken] {
    var names = (0..<count).map { Array("<SPECIAL_\($0)>".utf8) }
    if let list = list?.elements {
      for entry in list {
        guard let rank = entry["rank"]?.integer, let name = entry["token_str"]?.bytes, rank >= 0, rank < count
        else {
          continue
        }
        names[rank] = name
      }
    } else {
      for (rank, name) in firstSpecialTokens.enumerated() where rank < count {
        names[rank] = Array(name.utf8)
      }
    }
    return names.enumerated().map { AddedToken(id: TokenID(Int32($0)), content: $1, flags: .special) }
  }

  private static let firstSpecialTokens = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]",
    "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
  ]

  /// The tokens.
  func vocabulary() throws(VocabularyError) -> Vocabulary { try ranked.vocabulary(addedTokens: special) }

  /// The tokenizer. What the pattern leaves between its matches is dropped, as tiktoken drops it.
  func tokenizer() throws(VocabularyError) -> Tokenizer {
    let cut: CutStep
    if let family = SplitPattern(expression: pattern) {
      cut = .family(family)
    } else {
      do {
        cut = .expression(
          try SplitExpression(pattern, dialect: .text), CutStep.Behavior(kind: .removed, isInverted: true))
      } catch {
        throw VocabularyError(
          file: file, .malformedPattern(pattern: pattern, offset: error.offset, expected: error.expected))
      }
    }
    return try ranked.tokenizer([cut], addedTokens: special)
  }
}

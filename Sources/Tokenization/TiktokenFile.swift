/// OpenAI's `.tiktoken`: a line per token, its bytes in base64, a space and its rank, which is its id.
///
/// The file says neither how text is cut nor which special tokens there are.
struct TiktokenFile {
  private let file: String
  private let tokens: [(id: TokenID, bytes: [UInt8])]

  init(_ bytes: [UInt8], file: String) throws(VocabularyError) {
    self.file = file
    tokens = try bytes.withUnsafeBufferPointer { Self.tokens($0, file: file) }.get()
  }

  private static func tokens(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String
  ) -> Result<[(id: TokenID, bytes: [UInt8])], VocabularyError> {
    var tokens: [(id: TokenID, bytes: [UInt8])] = []
    var number = 0
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      number += 1
      let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
      if !line.isEmpty {
        guard let token = token(line) else {
          let text = String(decoding: line.prefix(80), as: UTF8.self)
          return .failure(VocabularyError(file: file, line: number, .malformedRank(text: text)))
        }
        tokens.append(token)
      }
      start = end + 1
    }
    return .success(tokens)
  }

  /// Whether the first line is of this kind.
  static func looksLikeOne(_ bytes: [UInt8]) -> Bool {
    bytes.prefix { $0 != 0x0A }.withUnsafeBufferPointer { token($0) != nil }
  }

  private static func token(_ line: UnsafeBufferPointer<UInt8>) -> (id: TokenID, bytes: [UInt8])? {
    var end = line.count
    if end > 0, line[end - 1] == 0x0D { end -= 1 }
    if end > 0, line[end - 1] == 0x20 { end -= 1 }
    guard let space = line[..<end].firstIndex(of: 0x20),
      let bytes = Base64.decode(UnsafeBufferPointer(rebasing: line[..<space]))
    else { return nil }
    var rank = 0
    let digits = line[(space + 1)..<end]
    guard !digits.isEmpty, digits.count <= 8 else { return nil }
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      rank = rank * 10 + Int(digit - 0x30)
    }
    return rank <= PieceTable.idLimit ? (TokenID(Int32(rank)), bytes) : nil
  }
}

extension TiktokenFile {
  /// The tokens, with the special ones of the family.
  func vocabulary() throws(VocabularyError) -> Vocabulary {
    try ranked.vocabulary(addedTokens: specialTokens())
  }

  /// The tokenizer that cuts with this pattern.
  ///
  /// - Parameter specialTokens: Tokens that the file leaves out, besides those that are known.
  func tokenizer(
    named name: SplitPattern.Name?, specialTokens more: [AddedToken]
  ) throws(VocabularyError) -> Tokenizer {
    guard let pattern = name ?? published else { throw VocabularyError(file: file, .noPattern) }
    return try ranked.tokenizer(
      [.family(SplitPattern(pattern))], addedTokens: try specialTokens(besides: more))
  }

  private var ranked: RankedTokens { RankedTokens(file: file, tokens: tokens) }

  /// The pattern of a published file.
  private var published: SplitPattern.Name? {
    KnownRanks.family(of: tokens.count, last: tokens.last?.bytes)
  }

  /// The special tokens: those given, those of `tokenizer_config.json` beside the file, and those that are
  /// known to belong to a published file. Of two with one id the first named holds.
  private func specialTokens(besides given: [AddedToken] = []) throws(VocabularyError) -> [AddedToken] {
    let known = published.map { KnownRanks.specialTokens(of: $0) } ?? []
    var ids: Set<TokenID> = []
    return (given + (try TokenizerCompanions(beside: file).addedTokens) + known).filter {
      ids.insert($0.id).inserted
    }
  }
}

/// OpenAI's `.tiktoken`: a line per token, its bytes in base64, a space and its rank, which is its id.
///
/// The file says neither how text is cut nor which special tokens there are.
struct TiktokenFile {
  private let file: String
  private let tokens: [(id: TokenID, bytes: [UInt8])]

  init(_ bytes: [UInt8], file: String) throws(VocabularyError) {
    self.file = file
    var tokens: [(id: TokenID, bytes: [UInt8])] = []
    var number = 0
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      number += 1
      let line = bytes[start..<end]
      if !line.isEmpty {
        guard let token = Self.token(line) else {
          throw VocabularyError(
            file: file, line: number,
            .malformedRank(text: String(decoding: line.prefix(80), as: UTF8.self)))
        }
        tokens.append(token)
      }
      start = end + 1
    }
    self.tokens = tokens
  }

  /// Whether the first line is of this kind.
  static func looksLikeOne(_ bytes: [UInt8]) -> Bool { token(bytes.prefix { $0 != 0x0A }) != nil }

  private static func token(_ line: ArraySlice<UInt8>) -> (id: TokenID, bytes: [UInt8])? {
    var line = line.last == 0x0D ? line.dropLast() : line
    if line.last == 0x20 { line = line.dropLast() }
    guard let space = line.firstIndex(of: 0x20), let bytes = Base64.decode(line[..<space]) else { return nil }
    var rank = 0
    let digits = line[(space + 1)...]
    guard !digits.isEmpty, digits.count <= 8 else { return nil }
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      rank = rank * 10 + Int(digit - 0x30)
    }
    return rank <= PieceTable.idLimit ? (TokenID(Int32(rank)), bytes) : nil
  }
}

extension TiktokenFile {
  /// The tokens.
  func vocabulary(named name: SplitPattern.Name?) throws(VocabularyError) -> Vocabulary {
    var owners: [TokenID: Int] = [:]
    for (place, token) in tokens.enumerated() {
      if let owner = owners.updateValue(place, forKey: token.id) {
        throw VocabularyError(
          file: file,
          .duplicateID(
            id: Int(token.id.rawValue), first: TokenText(tokens[owner].bytes).shown,
            second: TokenText(token.bytes).shown))
      }
    }
    return Vocabulary(tokens: tokens)
  }

  /// The tokenizer that cuts with this pattern.
  func tokenizer(named name: SplitPattern.Name?) throws(VocabularyError) -> Tokenizer {
    guard let name else { throw VocabularyError(file: file, .noPattern) }
    let vocabulary = try vocabulary(named: name)
    var byteTokens: [TokenID?] = []
    for byte in UInt8.min...UInt8.max {
      guard let token = vocabulary.id(of: [byte]) else {
        throw VocabularyError(file: file, .missingByte(byte: byte))
      }
      byteTokens.append(token)
    }
    return Tokenizer(
      pattern: SplitPattern(name),
      model: PieceModel(
        byteTokens: byteTokens, encoding: BytePairEncoding(merges: Self.merges(tokens, vocabulary)),
        wholePieces: .first, vocabulary: vocabulary))
  }

  /// A rule for every way to split a token into two tokens, with the token's own rank.
  ///
  /// One rule per token, for the split that merging arrives at, is not enough: Llama 3 has tokens that
  /// are reached only through parts of a higher rank, and a text may arrive at another split.
  static func merges(_ tokens: [(id: TokenID, bytes: [UInt8])], _ vocabulary: Vocabulary) -> MergeTable {
    var table = MergeTable(capacity: tokens.count * 3)
    for (id, bytes) in tokens where bytes.count > 1 {
      bytes.withUnsafeBufferPointer { bytes in
        for cut in 1..<bytes.count {
          guard
            let left = vocabulary.ordinaryID(of: UnsafeBufferPointer(rebasing: bytes[..<cut])),
            let right = vocabulary.ordinaryID(of: UnsafeBufferPointer(rebasing: bytes[cut...]))
          else { continue }
          table.insert(left.rawValue, right.rawValue, priority: UInt32(id.rawValue), merged: id.rawValue)
        }
      }
    }
    return table
  }
}

/// Byte tokens whose id orders their merging: what `.tiktoken` and `tekken.json` hold.
struct RankedTokens {
  let file: String
  let tokens: [(id: TokenID, bytes: [UInt8])]

  /// The tokens and the added tokens. No id may occur twice.
  func vocabulary(addedTokens: [AddedToken]) throws(VocabularyError) -> Vocabulary {
    let highest = tokens.reduce(-1) { max($0, Int($1.id.rawValue)) }
    let limit = PieceTable.idLimit(ofTokens: tokens.count)
    if highest > limit, let token = tokens.first(where: { Int($0.id.rawValue) == highest }) {
      throw VocabularyError(
        file: file, .idOutOfRange(token: TokenText(token.bytes).shown, id: highest, limit: limit))
    }
    var owners = [Int32](repeating: -1, count: highest + 1)
    for (place, token) in tokens.enumerated() {
      let owner = Int(owners[Int(token.id.rawValue)])
      if owner >= 0 {
        throw VocabularyError(
          file: file,
          .duplicateID(
            id: Int(token.id.rawValue), first: TokenText(tokens[owner].bytes).shown,
            second: TokenText(token.bytes).shown))
      }
      owners[Int(token.id.rawValue)] = Int32(place)
    }
    for token in addedTokens where Int(token.id.rawValue) < owners.count {
      let owner = Int(owners[Int(token.id.rawValue)])
      guard owner >= 0 else { continue }
      throw VocabularyError(
        file: file,
        .duplicateID(
          id: Int(token.id.rawValue), first: TokenText(tokens[owner].bytes).shown,
          second: TokenText(token.content).shown))
    }
    return Vocabulary(tokens: tokens, addedTokens: addedTokens)
  }

  /// The tokenizer that cuts with this pattern. A piece that is a token is that token.
  func tokenizer(_ cuts: [CutStep], addedTokens: [AddedToken]) throws(VocabularyError) -> Tokenizer {
    let vocabulary = try vocabulary(addedTokens: addedTokens)
    var byteTokens: [TokenID?] = []
    for byte in UInt8.min...UInt8.max {
      guard let token = vocabulary.id(of: [byte]) else {
        throw VocabularyError(file: file, .missingByte(byte: byte))
      }
      byteTokens.append(token)
    }
    return Tokenizer(
      model: PieceModel(
        vocabulary: vocabulary, alphabet: .bytes(byteTokens), unknown: .dropped,
        encoding: BytePairEncoding(merges: merges(vocabulary)), wholePieces: .first,
        joinsBytes: true),
      cuts: cuts)
  }

  /// A rule for every way to split a token into two tokens, with the token's own rank.
  ///
  /// One rule per token, for the split that merging arrives at, is not enough: Llama 3 has tokens that
  /// are reached only through parts of a higher rank, and a text may arrive at another split.
  private func merges(_ vocabulary: Vocabulary) -> MergeTable {
    var table = MergeTable(capacity: tokens.count * 9 / 4)
    // The rules of one token are asked for, those of the token before are added.
    var (asked, next): ([MergeTable.Rule], [MergeTable.Rule]) = ([], [])
    for (id, bytes) in tokens {
      bytes.withUnsafeBufferPointer { bytes in
        vocabulary.forEachSplit(of: bytes) { left, right in
          table.prefetch(left.rawValue, right.rawValue)
          let outcome = MergeTable.Outcome(priority: UInt32(id.rawValue), merged: id.rawValue)
          next.append(MergeTable.Rule(left: left.rawValue, right: right.rawValue, outcome: outcome))
        }
      }
      for rule in asked { table.insert(rule) }
      asked.removeAll(keepingCapacity: true)
      swap(&asked, &next)
    }
    for rule in asked { table.insert(rule) }
    return table
  }
}

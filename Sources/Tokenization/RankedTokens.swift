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
    var bytes: [TokenID] = []
    for byte in UInt8.min...UInt8.max {
      guard let token = vocabulary.id(of: [byte]) else {
        throw VocabularyError(file: file, .missingByte(byte: byte))
      }
      bytes.append(token)
    }
    // The rank of a token is the priority of the rule that makes it, whatever it is made of.
    let rules = ArrivalRules(vocabulary, bytes: bytes.map(\.rawValue)) { _, _, token in
      MergeTable.Outcome(priority: UInt32(token.rawValue), merged: token.rawValue)
    }
    return Tokenizer(
      model: PieceModel(
        vocabulary: vocabulary, alphabet: .bytes(bytes), unknown: .dropped,
        encoding: BytePairEncoding(merges: rules.table), wholePieces: .first,
        hasArrivalRules: true),
      cuts: cuts)
  }
}

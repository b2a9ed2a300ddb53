/// Hugging Face's `tokenizer.json`.
///
/// Every part of it that decides about ids is either done as the library does it or refused by name.
/// Post-processors are not: they add tokens around a text, and here a text has its own tokens only.
struct TokenizerJSONFile {
  let json: JSONValue
  let file: String

  init(_ json: JSONValue, file: String) {
    self.json = json
    self.file = file
  }

  /// An error about this file.
  func error(_ problem: VocabularyError.Problem) -> VocabularyError {
    VocabularyError(file: file, problem)
  }

  /// A part that has to be there.
  func part(_ name: String, of value: JSONValue?) throws(VocabularyError) -> JSONValue {
    guard let part = value?[name], !part.isNull else { throw error(.missingPart(name: name)) }
    return part
  }

  /// A part that has to be an array.
  func list(_ name: String, of value: JSONValue?) throws(VocabularyError) -> [JSONValue] {
    let part = try part(name, of: value)
    guard let elements = part.elements else {
      throw error(.unexpectedPart(name: name, expected: "an array", found: part.kind))
    }
    return elements
  }

  /// A part that has to be a string.
  func string(_ name: String, of value: JSONValue?) throws(VocabularyError) -> [UInt8] {
    let part = try part(name, of: value)
    guard let bytes = part.bytes else {
      throw error(.unexpectedPart(name: name, expected: "a string", found: part.kind))
    }
    return bytes
  }

  /// The `type` of a part.
  func type(of value: JSONValue) throws(VocabularyError) -> String {
    String(decoding: try string("type", of: value), as: UTF8.self)
  }

  /// The kind of model; old files leave it out when it is BPE.
  func modelType() throws(VocabularyError) -> String {
    let model = try part("model", of: json)
    if model["type"] == nil, model["merges"] != nil { return "BPE" }
    return try type(of: model)
  }

  /// The `added_tokens`, with the ids that the reference gives them.
  ///
  /// It goes by the vocabulary and by order and not by the ids in the file: a token that is in the
  /// vocabulary has that id, another one the next free number. In a whole file this comes to the same.
  func addedTokens(_ pieces: PieceTable?) throws(VocabularyError) -> [AddedToken] {
    guard let part = json["added_tokens"], !part.isNull else { return [] }
    var tokens: [AddedToken] = []
    var seen: Set<[UInt8]> = []
    var highest = -1
    for element in try list("added_tokens", of: json) {
      let content = try string("content", of: element)
      var id = try PieceTable.id(try self.part("id", of: element), of: content, file: file)
      if content.isEmpty || !seen.insert(content).inserted { continue }
      if let pieces, let piece = pieces.id(of: content) {
        id = piece
      } else if let pieces {
        id = try nextID(TokenID(Int32(max(highest + 1, pieces.count))), of: content, pieces)
      }
      highest = max(highest, Int(id.rawValue))
      tokens.append(AddedToken(id: id, content: content, flags: Self.flags(of: element)))
    }
    return tokens
  }

  /// The id that an added token gets which is no piece: behind all others, where the pieces leave out no id.
  private func nextID(
    _ id: TokenID, of content: [UInt8], _ pieces: PieceTable
  ) throws(VocabularyError) -> TokenID {
    guard let owner = pieces.piece(withID: id) else { return id }
    throw error(
      .duplicateID(id: Int(id.rawValue), first: owner, second: String(decoding: content, as: UTF8.self)))
  }

  /// The flags of an added token.
  static func flags(of token: JSONValue) -> AddedToken.Flags {
    let names: [(String, AddedToken.Flags)] = [
      ("special", .special), ("single_word", .singleWord), ("lstrip", .stripsLeft),
      ("rstrip", .stripsRight), ("normalized", .normalized),
    ]
    return names.reduce(into: []) { flags, entry in
      if token[entry.0]?.flag == true { flags.insert(entry.1) }
    }
  }
}

extension TokenizerJSONFile {
  /// The tokenizer.
  func tokenizer() throws(VocabularyError) -> Tokenizer {
    let kind = try modelType()
    guard kind == "BPE" else { throw error(.decodeOnly(model: kind)) }
    let (cuts, usesBytes) = try cutSteps()
    let normalizers = try normalizers(json["normalizer"])
    let pieces = try pieceTable()
    return Tokenizer(
      model: try model(pieces, usesBytes: usesBytes), normalizers: normalizers, cuts: cuts,
      stripsLeadingSpace: try decoder().stripsLeadingSpace)
  }

  /// The `vocab` of a BPE model.
  func pieceTable() throws(VocabularyError) -> PieceTable {
    try PieceTable(try part("vocab", of: part("model", of: json)), file: file)
  }

  private func model(_ pieces: PieceTable, usesBytes: Bool) throws(VocabularyError) -> PieceModel {
    let model = try part("model", of: json)
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] where model[name]?.bytes?.isEmpty == false
    {
      throw error(.unsupported(part: "model option", name: name))
    }
    if let dropout = model["dropout"], !dropout.isNull, dropout.integer != 0 {
      throw error(.unsupported(part: "model option", name: "dropout"))
    }
    let takesWhole = model["ignore_merges"]?.flag == true
    if takesWhole, !usesBytes { throw error(.unsupported(part: "model option", name: "ignore_merges")) }
    var fallback: [TokenID]?
    if model["byte_fallback"]?.flag == true {
      if usesBytes { throw error(.unsupported(part: "model option", name: "byte_fallback")) }
      fallback = pieces.fallbackTokens
    }
    return PieceModel(
      vocabulary: try decoder().vocabulary(of: pieces, addedTokens: addedTokens(pieces)),
      alphabet: usesBytes
        ? .bytes(pieces.byteTokens) : .characters(pieces.characterTokens, fallback: fallback),
      unknown: try unknown(model, pieces),
      encoding: BytePairEncoding(merges: try pieces.merges(part("merges", of: model))),
      wholePieces: takesWhole ? .first : .merged)
  }

  private func unknown(_ model: JSONValue, _ pieces: PieceTable) throws(VocabularyError) -> PieceModel.Unknown
  {
    guard let name = model["unk_token"], !name.isNull else { return .dropped }
    let text = try string("unk_token", of: model)
    guard let token = pieces.id(of: text) else {
      throw error(.missingPart(name: String(decoding: text, as: UTF8.self)))
    }
    return .token(token, isFused: model["fuse_unk"]?.flag == true)
  }
}

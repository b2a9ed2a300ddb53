/// Hugging Face's `tokenizer.json`.
///
/// Every part of it that decides about ids is either done as the library does it or refused by name.
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

  /// The `type` of a part.
  func type(of value: JSONValue) throws(VocabularyError) -> String {
    let type = try part("type", of: value)
    guard let text = type.text else {
      throw error(.unexpectedPart(name: "type", expected: "a string", found: type.kind))
    }
    return text
  }

  /// The kind of model; old files leave it out when it is BPE.
  func modelType() throws(VocabularyError) -> String {
    let model = try part("model", of: json)
    if model["type"] == nil, model["merges"] != nil { return "BPE" }
    return try type(of: model)
  }
}

extension TokenizerJSONFile {
  /// The tokens, for showing them.
  func vocabulary() throws(VocabularyError) -> Vocabulary {
    let kind = try modelType()
    guard kind == "BPE" else { throw error(.unsupported(part: "model", name: kind)) }
    return try pieceTable().vocabulary(addedTokens: addedTokens())
  }

  /// The tokenizer.
  func tokenizer() throws(VocabularyError) -> Tokenizer {
    let kind = try modelType()
    guard kind == "BPE" else { throw error(.decodeOnly(model: kind)) }
    if let normalizer = json["normalizer"], !normalizer.isNull {
      throw error(.unsupported(part: "normalizer", name: try type(of: normalizer)))
    }
    let pattern = try pattern()
    let model = try part("model", of: json)
    try checkOptions(of: model)
    let pieces = try pieceTable()
    let vocabulary = try pieces.vocabulary(addedTokens: addedTokens())
    let merges = try pieces.merges(part("merges", of: model))
    let whole: PieceModel.WholePieces = model["ignore_merges"]?.flag == true ? .first : .merged
    return Tokenizer(
      pattern: pattern,
      model: PieceModel(
        byteTokens: pieces.byteTokens, encoding: BytePairEncoding(merges: merges), wholePieces: whole,
        vocabulary: vocabulary))
  }

  private func pieceTable() throws(VocabularyError) -> PieceTable {
    try PieceTable(try part("vocab", of: part("model", of: json)), file: file)
  }

  private func checkOptions(of model: JSONValue) throws(VocabularyError) {
    for name in ["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"] {
      guard let value = model[name], !value.isNull, value.bytes?.isEmpty != true, value.integer != 0 else {
        continue
      }
      throw error(.unsupported(part: "model option", name: name))
    }
    if model["byte_fallback"]?.flag == true {
      throw error(.unsupported(part: "model option", name: "byte_fallback"))
    }
  }

  /// The `added_tokens`.
  func addedTokens() throws(VocabularyError) -> [AddedToken] {
    guard let list = json["added_tokens"], !list.isNull else { return [] }
    guard let elements = list.elements else {
      throw error(.unexpectedPart(name: "added_tokens", expected: "an array", found: list.kind))
    }
    var tokens: [AddedToken] = []
    for element in elements {
      let content = try part("content", of: element)
      guard let bytes = content.bytes else {
        throw error(.unexpectedPart(name: "content", expected: "a string", found: content.kind))
      }
      let id = try PieceTable.id(try part("id", of: element), of: bytes, file: file)
      tokens.append(AddedToken(id: id, content: bytes, flags: flags(of: element)))
    }
    return tokens
  }

  private func flags(of token: JSONValue) -> AddedToken.Flags {
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
  private func pattern() throws(VocabularyError) -> SplitPattern {
    let part = try part("pre_tokenizer", of: json)
    let kind = try type(of: part)
    guard kind == "Sequence" else { return try byteLevelPattern(part, kind) ?? SplitPattern(.gpt2) }
    let list = try self.part("pretokenizers", of: part)
    guard let elements = list.elements, elements.count == 2, try type(of: elements[0]) == "Split" else {
      throw error(.unsupported(part: "pre-tokenizer", name: kind))
    }
    guard try byteLevelPattern(elements[1], type(of: elements[1])) == nil else {
      throw error(.unsupported(part: "pre-tokenizer", name: "ByteLevel behind a Split"))
    }
    let expression = try self.part("Regex", of: self.part("pattern", of: elements[0])).text ?? ""
    guard let pattern = SplitPattern(expression: expression),
      elements[0]["behavior"]?.text == "Isolated", elements[0]["invert"]?.flag != true
    else { throw error(.unsupported(part: "split pattern", name: expression)) }
    return pattern
  }

  /// GPT-2's pattern, or nothing where `ByteLevel` does not cut.
  private func byteLevelPattern(_ part: JSONValue, _ kind: String) throws(VocabularyError) -> SplitPattern? {
    guard kind == "ByteLevel" else { throw error(.unsupported(part: "pre-tokenizer", name: kind)) }
    if part["add_prefix_space"]?.flag == true {
      throw error(.unsupported(part: "ByteLevel option", name: "add_prefix_space"))
    }
    return part["use_regex"]?.flag == false ? nil : SplitPattern(.gpt2)
  }
}

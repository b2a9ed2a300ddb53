/// The tokenizer in a GGUF file. Only the metadata is read, whatever the size of the model behind it.
struct GGUFFile {
  private let file: String
  private var values: [String: GGUFValue] = [:]

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(VocabularyError) {
    self.file = file
    var reader = GGUFReader(bytes: bytes, file: file)
    values = try reader.metadata()
  }

  /// Whether the file begins like one.
  static func looksLikeOne(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: "GGUF".utf8) }

  private func key(_ name: String) -> GGUFValue? { values["tokenizer.ggml." + name] }

  private func missing(_ name: String) -> VocabularyError {
    VocabularyError(file: file, .missingPart(name: "tokenizer.ggml." + name))
  }

  private func model() throws(VocabularyError) -> String {
    guard let model = key("model")?.text else { throw missing("model") }
    return model
  }

  private func tokens() throws(VocabularyError) -> [[UInt8]] {
    guard let tokens = key("tokens")?.strings else { throw missing("tokens") }
    return tokens
  }

  /// Numbers of the tokens, one for each; nil where the file has none.
  private func numbers(_ name: String, count: Int) throws(VocabularyError) -> [Double]? {
    guard let numbers = key(name)?.numbers else { return nil }
    guard numbers.count == count else {
      throw VocabularyError(
        file: file,
        .unexpectedPart(
          name: "tokenizer.ggml." + name, expected: "a number for each of \(count) tokens",
          found: "\(numbers.count) long"))
    }
    return numbers
  }

  private func kinds(count: Int) throws(VocabularyError) -> [ScoredPieces.Kind] {
    let kinds = try numbers("token_type", count: count)?.map {
      Int(exactly: $0).flatMap { ScoredPieces.Kind(rawValue: $0) } ?? .normal
    }
    return kinds ?? Array(repeating: .normal, count: count)
  }

  private func scored() throws(VocabularyError) -> ScoredPieces {
    let tokens = try tokens()
    let kinds = try kinds(count: tokens.count)
    let scores = try numbers("scores", count: tokens.count)
    let pieces = tokens.indices.map { place in
      ScoredPieces.Piece(
        text: tokens[place], score: scores.map { Float($0[place]) } ?? 0, kind: kinds[place])
    }
    return ScoredPieces(file: file, pieces: pieces, addsPrefix: key("add_space_prefix")?.flag ?? true)
  }

  /// The tokens.
  func vocabulary() throws(VocabularyError) -> Vocabulary {
    switch try model() {
    case "gpt2": return try byteLevel().vocabulary
    case "bert":
      let decoder = PieceDecoder(replacements: [(ScoredPieces.spaceMark, [0x20])])
      let tokens = try tokens().enumerated().map { (id: TokenID(Int32($0)), bytes: decoder.bytes(of: $1)) }
      return Vocabulary(tokens: tokens)
    case "llama", "t5", "gemma4": return try scored().vocabulary()
    case let name: throw VocabularyError(file: file, .unsupported(part: "tokenizer model", name: name))
    }
  }

  /// The tokenizer.
  func tokenizer() throws(VocabularyError) -> Tokenizer {
    switch try model() {
    case "llama": return try scored().tokenizer()
    case "gpt2": return try byteLevelTokenizer()
    case "t5": throw VocabularyError(file: file, .decodeOnly(model: "Unigram"))
    case "bert": throw VocabularyError(file: file, .decodeOnly(model: "WordPiece"))
    case let name: throw VocabularyError(file: file, .unsupported(part: "tokenizer model", name: name))
    }
  }
}

extension GGUFFile {
  private func byteLevel() throws(VocabularyError) -> (pieces: PieceTable, vocabulary: Vocabulary) {
    let tokens = try tokens()
    let kinds = try kinds(count: tokens.count)
    var added: [AddedToken] = []
    for place in tokens.indices {
      let id = TokenID(Int32(place))
      switch kinds[place] {
      case .control, .unknown: added.append(AddedToken(id: id, content: tokens[place], flags: .special))
      case .userDefined: added.append(AddedToken(id: id, content: tokens[place]))
      default: break
      }
    }
    let pieces = try PieceTable(tokens, file: file)
    return (pieces, pieces.vocabulary(addedTokens: added))
  }

  private func byteLevelTokenizer() throws(VocabularyError) -> Tokenizer {
    let (pieces, vocabulary) = try byteLevel()
    let name = key("pre")?.text ?? "default"
    guard let cuts = Self.cuts(name) else {
      throw VocabularyError(file: file, .unsupported(part: "pre-tokenizer", name: name))
    }
    guard let merges = key("merges")?.strings else { throw missing("merges") }
    var table = MergeTable(capacity: merges.count)
    for (number, merge) in merges.enumerated() {
      guard let (left, right) = PieceTable.parts(of: merge[...]) else {
        throw VocabularyError(
          file: file,
          .unexpectedPart(name: "merges[\(number)]", expected: "two pieces", found: "another string"))
      }
      try pieces.add(left, right, number: number, to: &table)
    }
    return Tokenizer(
      model: PieceModel(
        vocabulary: vocabulary, alphabet: .bytes(pieces.byteTokens), unknown: .dropped,
        encoding: BytePairEncoding(merges: table), wholePieces: name == "llama-bpe" ? .first : .merged),
      cuts: cuts)
  }

  /// The pre-tokenizers that are one of the families.
  private static let families: [String: SplitPattern.Name] = [
    "gpt-2": .gpt2, "mpt": .gpt2, "olmo": .gpt2, "jais": .gpt2, "phi-2": .gpt2, "roberta-bpe": .gpt2,
    "llama-bpe": .llama3, "llama3": .llama3, "llama-v3": .llama3, "dbrx": .cl100k, "smaug-bpe": .cl100k,
    "qwen2": .qwen2, "deepseek-r1-qwen": .qwen2, "stablelm2": .qwen2, "qwen35": .qwen35, "gpt-4o": .o200k,
    "llama4": .llama4, "tekken": .tekken, "pixtral": .tekken, "deepseek-v3": .deepseekV3,
  ]

  /// The pre-tokenizers that cut at single digits and then like GPT-2.
  private static let singleDigits: Set = [
    "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
  ]

  private static func cuts(_ name: String) -> [CutStep]? {
    if singleDigits.contains(name) {
      return [.digits(CutStep.Behavior(kind: .isolated)), .family(SplitPattern(.gpt2))]
    }
    return families[name].map { [.family(SplitPattern($0))] }
  }
}

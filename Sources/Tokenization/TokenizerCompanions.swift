internal import Foundation

/// What stands beside a file that holds ordinary tokens only: `added_tokens.json`,
/// `special_tokens_map.json` and `tokenizer_config.json` of Hugging Face's transformers. Each may be missing.
struct TokenizerCompanions {
  /// The tokens that are found in the text as they stand.
  let addedTokens: [AddedToken]
  /// The class of transformers that reads the files, without `Fast` behind its name.
  let tokenizerClass: String?
  /// Whether a space is put in front of a text that does not begin with one.
  let addsPrefixSpace: Bool

  private let config: File?

  /// A companion and its path, for messages.
  private struct File {
    let json: JSONValue
    let path: String

    init?(_ name: String, in folder: String) throws(VocabularyError) {
      path = folder + name
      let bytes: [UInt8]
      do { bytes = try VocabularyFile.bytes(of: path) } catch {
        guard error.problem == .missing else { throw error }
        return nil
      }
      do { json = try JSONReader.read(bytes) } catch {
        throw VocabularyError(file: path, .notJSON(offset: error.offset))
      }
    }

    func members(of value: JSONValue, named name: String) throws(VocabularyError) -> [JSONValue.Member] {
      if let members = value.members { return members }
      throw VocabularyError(
        file: path, .unexpectedPart(name: name, expected: "an object", found: value.kind))
    }
  }

  /// The companions of a file.
  init(beside file: String) throws(VocabularyError) {
    let folder = Self.folder(of: file)
    config = try File("tokenizer_config.json", in: folder)
    let added = try File("added_tokens.json", in: folder)
    let names = try File("special_tokens_map.json", in: folder)
    var tokens: [TokenID: AddedToken] = [:]
    if let added {
      let special = Self.contents(of: names?.json).union(Self.contents(of: config?.json))
      for token in try Self.tokens(added, special) { tokens[token.id] = token }
    }
    if let config { for token in try Self.described(config) { tokens[token.id] = token } }
    addedTokens = tokens.values.sorted { $0.id < $1.id }
    tokenizerClass = config?.json["tokenizer_class"]?.text.map {
      $0.hasSuffix("Fast") ? String($0.dropLast(4)) : $0
    }
    addsPrefixSpace = config?.json["add_prefix_space"]?.flag == true
  }

  /// The folder of a file, with the slash, or nothing for the current one.
  static func folder(of file: String) -> String { file.lastIndex(of: "/").map { String(file[...$0]) } ?? "" }

  /// `{"<|im_end|>": 2}`. A token is special if another file names it so, and else is looked for in the
  /// normalized text, as transformers does.
  private static func tokens(_ file: File, _ special: Set<[UInt8]>) throws(VocabularyError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for member in try file.members(of: file.json, named: "added_tokens.json") {
      let id = try PieceTable.id(member.value, of: member.name, file: file.path)
      let flags: AddedToken.Flags = special.contains(member.name) ? .special : .normalized
      tokens.append(AddedToken(id: id, content: member.name, flags: flags))
    }
    return tokens
  }

  /// `"added_tokens_decoder": {"2": {"content": "<|im_end|>", "special": true, …}}`.
  private static func described(_ file: File) throws(VocabularyError) -> [AddedToken] {
    guard let part = file.json["added_tokens_decoder"], !part.isNull else { return [] }
    var tokens: [AddedToken] = []
    for member in try file.members(of: part, named: "added_tokens_decoder") {
      let name = String(decoding: member.name, as: UTF8.self)
      guard let content = member.value["content"]?.bytes else {
        throw VocabularyError(file: file.path, .missingPart(name: "content"))
      }
      guard let number = Int(name) else {
        throw VocabularyError(
          file: file.path, .unexpectedPart(name: name, expected: "a whole number", found: "a string"))
      }
      let id = try PieceTable.id(.number(Double(number)), of: content, file: file.path)
      tokens.append(AddedToken(id: id, content: content, flags: TokenizerJSONFile.flags(of: member.value)))
    }
    return tokens
  }

  /// The texts of `eos_token`, `additional_special_tokens` and their like.
  private static func contents(of json: JSONValue?) -> Set<[UInt8]> {
    let named = (json?.members ?? []).filter { member in
      let name = String(decoding: member.name, as: UTF8.self)
      return name.hasSuffix("_token") || name == "additional_special_tokens"
    }
    let values = named.flatMap { $0.value.elements ?? [$0.value] }
    return Set(values.compactMap { $0.bytes ?? $0["content"]?.bytes })
  }
}

extension TokenizerCompanions {
  /// The pattern of the class, GPT-2's where no class is named: it was published as two files alone.
  ///
  /// A class whose pattern is not known here is refused by name.
  func pattern() throws(VocabularyError) -> SplitPattern.Name {
    switch tokenizerClass {
    case nil, "GPT2Tokenizer", "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "CodeGenTokenizer",
      "WhisperTokenizer":
      return .gpt2
    case "Qwen2Tokenizer": return .qwen2
    case let name?:
      throw VocabularyError(file: config?.path ?? "", .unsupported(part: "tokenizer_class", name: name))
    }
  }
}

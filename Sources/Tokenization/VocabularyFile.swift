internal import Foundation

/// A vocabulary file, told apart by its content and not by its name.
enum VocabularyFile {
  case tokenizerJSON(TokenizerJSONFile)
  case pieces(PieceMergesFiles)
  case ranks(TiktokenFile)
  case tekken(TekkenFile)
  case sentencePiece(SentencePieceFile)
  case gguf(GGUFFile)

  /// Reads the file at a path; a folder stands for the vocabulary file in it.
  ///
  /// - Parameter merges: Whether merges are wanted, which only encoding needs: they are half of a `tokenizer.json`.
  init(path: String, merges: Bool = true) throws(VocabularyError) {
    let path = Self.file(in: path)
    let data = try Self.data(of: path)
    let gguf: Result<GGUFFile, VocabularyError>? = data.withUnsafeBytes { bytes in
      guard GGUFFile.looksLikeOne(bytes) else { return nil }
      return Result { () throws(VocabularyError) in try GGUFFile(bytes, file: path) }
    }
    if let gguf {
      self = .gguf(try gguf.get())
      return
    }
    let bytes = [UInt8](data)
    if bytes.first == UInt8(ascii: "{") {
      self = try Self.json(bytes, path, merges: merges)
    } else if TiktokenFile.looksLikeOne(bytes) {
      self = .ranks(try TiktokenFile(bytes, file: path))
    } else if SentencePieceFile.looksLikeOne(bytes) {
      self = .sentencePiece(try SentencePieceFile(bytes, file: path))
    } else {
      throw VocabularyError(file: path, .unknownFormat)
    }
  }

  private static func json(
    _ bytes: [UInt8], _ path: String, merges: Bool
  ) throws(VocabularyError) -> VocabularyFile {
    let json: JSONValue
    do { json = try JSONReader.read(bytes, passing: merges ? nil : "merges") } catch {
      throw VocabularyError(file: path, .notJSON(offset: error.offset))
    }
    if json["model"] != nil { return .tokenizerJSON(TokenizerJSONFile(json, file: path)) }
    if json["config"] != nil, json["vocab"]?.elements != nil {
      return .tekken(try TekkenFile(json, file: path))
    }
    return .pieces(try PieceMergesFiles(pieces: json, file: path))
  }

  /// A whole file, mapped: a GGUF file may be larger than memory, and only its beginning is read. What cannot be mapped,
  /// such as a pipe, is read.
  private static func data(of path: String) throws(VocabularyError) -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw VocabularyError(
        file: path, errno == ENOENT ? .missing : .unreadable(reason: String(cString: strerror(errno))))
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      throw VocabularyError(file: path, .directory)
    }
    do {
      if status.st_mode & S_IFMT == S_IFREG {
        return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
      }
      return try file.readToEnd() ?? Data()
    } catch {
      throw VocabularyError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
  }

  /// The bytes of a whole file.
  static func bytes(of path: String) throws(VocabularyError) -> [UInt8] { [UInt8](try data(of: path)) }

  private static func file(in path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return path
    }
    let names = ["tokenizer.json", "tekken.json", "vocab.json", "tokenizer.model", "tiktoken.model"]
    let found = names.map { path + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
    return found ?? path
  }
}

extension Vocabulary {
  /// The tokens of a vocabulary file of any kind that is read.
  public init(contentsOf path: String) throws(VocabularyError) {
    self =
      switch try VocabularyFile(path: path, merges: false) {
      case .tokenizerJSON(let file): try file.vocabulary()
      case .pieces(let files): try files.vocabulary()
      case .ranks(let file): try file.vocabulary()
      case .tekken(let file): try file.vocabulary()
      case .sentencePiece(let file): file.vocabulary()
      case .gguf(let file): try file.vocabulary()
      }
  }
}

extension Tokenizer {
  /// The tokenizer of a vocabulary file of any kind that can be encoded with.
  ///
  /// - Parameters:
  ///   - path: A file, or a folder with one of the usual name.
  ///   - pattern: How text is cut, for `.tiktoken` and for `vocab.json`, which do not say so themselves.
  ///     For the published ones, and beside a `tokenizer_config.json`, it is known.
  ///   - specialTokens: Special tokens that such a file leaves out. Any other file has its own.
  public init(
    contentsOf path: String, pattern: SplitPattern.Name? = nil, specialTokens: [AddedToken] = []
  ) throws(VocabularyError) {
    let vocabulary = try VocabularyFile(path: path)
    switch vocabulary {
    case .pieces, .ranks: break
    default:
      if let pattern { throw VocabularyError(file: path, .ownPart(name: "pattern", asked: pattern.rawValue)) }
      if let token = specialTokens.first {
        let text = TokenText(token.content).shown
        throw VocabularyError(file: path, .ownPart(name: "list of special tokens", asked: text))
      }
    }
    self =
      switch vocabulary {
      case .tokenizerJSON(let file): try file.tokenizer()
      case .pieces(let files): try files.tokenizer(named: pattern, specialTokens: specialTokens)
      case .ranks(let file): try file.tokenizer(named: pattern, specialTokens: specialTokens)
      case .tekken(let file): try file.tokenizer()
      case .sentencePiece(let file): try file.tokenizer()
      case .gguf(let file): try file.tokenizer()
      }
  }
}

internal import Foundation

/// A vocabulary file, told apart by its content and not by its name.
enum VocabularyFile {
  case tokenizerJSON(TokenizerJSONFile)
  case pieces(PieceMergesFiles)
  case ranks(TiktokenFile)

  /// Reads the file at a path; a folder stands for the vocabulary file in it.
  init(path: String) throws(VocabularyError) {
    let path = Self.file(in: path)
    let bytes = try Self.bytes(of: path)
    switch bytes.first {
    case UInt8(ascii: "{"):
      let json: JSONValue
      do { json = try JSONReader.read(bytes) } catch {
        throw VocabularyError(file: path, .notJSON(offset: error.offset))
      }
      if json["model"] != nil {
        self = .tokenizerJSON(TokenizerJSONFile(json, file: path))
      } else {
        self = .pieces(try PieceMergesFiles(pieces: json, file: path))
      }
    default:
      guard TiktokenFile.looksLikeOne(bytes) else { throw VocabularyError(file: path, .unknownFormat) }
      self = .ranks(try TiktokenFile(bytes, file: path))
    }
  }

  /// The bytes of a whole file.
  static func bytes(of path: String) throws(VocabularyError) -> [UInt8] {
    guard FileManager.default.fileExists(atPath: path) else { throw VocabularyError(file: path, .missing) }
    do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
      throw VocabularyError(file: path, .unreadable(reason: error.localizedDescription))
    }
  }

  private static func file(in path: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return path
    }
    let names = ["tokenizer.json", "tekken.json", "vocab.json", "tokenizer.model"]
    let found = names.map { path + "/" + $0 }.first { FileManager.default.fileExists(atPath: $0) }
    return found ?? path
  }
}

extension Vocabulary {
  /// The tokens of a vocabulary file of any kind that is read.
  public init(contentsOf path: String) throws(VocabularyError) {
    self =
      switch try VocabularyFile(path: path) {
      case .tokenizerJSON(let file): try file.vocabulary()
      case .pieces(let files): try files.vocabulary()
      case .ranks(let file): try file.vocabulary(named: nil)
      }
  }
}

extension Tokenizer {
  /// The tokenizer of a vocabulary file of any kind that can be encoded with.
  ///
  /// - Parameter pattern: How text is cut, for a file of ranks, which does not say so itself.
  public init(contentsOf path: String, pattern: SplitPattern.Name? = nil) throws(VocabularyError) {
    self =
      switch try VocabularyFile(path: path) {
      case .tokenizerJSON(let file): try file.tokenizer()
      case .pieces(let files): try files.tokenizer()
      case .ranks(let file): try file.tokenizer(named: pattern)
      }
  }
}

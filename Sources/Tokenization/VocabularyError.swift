/// Why a vocabulary file could not be read: where, what was found, and the remedy.
public struct VocabularyError: Error, Equatable, Sendable {
  /// The file.
  public var file: String
  /// The line, counted from 1, in a file of lines.
  public var line: Int?
  /// What is wrong.
  public var problem: Problem

  /// A problem at a place.
  public init(file: String, line: Int? = nil, _ problem: Problem) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// What can be wrong.
  public enum Problem: Equatable, Sendable {
    /// The file does not exist.
    case missing
    /// The path names a directory.
    case directory
    /// The system does not let it be read; the reason is the system's.
    case unreadable(reason: String)
    /// It is none of the kinds of file that hold a vocabulary.
    case unknownFormat
    /// It asks for something that is not done here.
    case unsupported(part: String, name: String)
    /// A JSON text that stops making sense at a byte.
    case notJSON(offset: Int)
    /// A part is not there.
    case missingPart(name: String)
    /// A part is not what it should be.
    case unexpectedPart(name: String, expected: String, found: String)
    /// A merge makes or uses a token that the vocabulary does not have.
    case unknownToken(merge: Int, token: String)
    /// An id that no vocabulary can have.
    case idOutOfRange(token: String, id: Int, limit: Int)
    /// Two tokens with one id.
    case duplicateID(id: Int, first: String, second: String)
    /// A line of ranks that is not base64, a space and a number.
    case malformedRank(text: String)
    /// A single byte without a token, in a file that needs all 256.
    case missingByte(byte: UInt8)
    /// A file that needs another one beside it.
    case missingCompanion(name: String)
    /// Ranks without a word about how text is cut.
    case noPattern
    /// A pattern or special token is asked for, and the file has its own.
    case ownPart(name: String, asked: String)
    /// A pattern that cannot be read.
    case malformedPattern(pattern: String, offset: Int, expected: String)
    /// The file ends before what it announces, at this byte, where it is told.
    case truncated(part: String, expectedBytes: Int, foundBytes: Int, place: Int? = nil)
    /// Tokens can be shown but text cannot be encoded.
    case decodeOnly(model: String)
  }
}

extension VocabularyError: CustomStringConvertible {
  /// One line: the place, the problem, the remedy.
  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    return "\(place): \(problem.sentence) \(problem.remedy)"
  }
}

extension VocabularyError.Problem {
  fileprivate var sentence: String {
    switch self {
    case .missing: "There is no such file."
    case .directory: "This is a directory, not a file."
    case .unreadable(let reason): "The file cannot be read: \(reason)."
    case .unknownFormat: "This is no vocabulary file of a kind that is read."
    case .unsupported(let part, let name): "The \(part) \"\(name)\" is not read."
    case .notJSON(let offset): "The text stops being JSON at byte \(offset)."
    case .missingPart(let name): "There is no \"\(name)\"."
    case .unexpectedPart(let name, let expected, let found):
      "\"\(name)\" is \(found), and \(expected) is expected."
    case .unknownToken(let merge, let token):
      "Merge \(merge) needs the token \"\(token)\", which is not in the vocabulary."
    case .idOutOfRange(let token, let id, let limit):
      "The token \"\(token)\" has the id \(id), and ids are between 0 and \(limit)."
    case .duplicateID(let id, let first, let second):
      "The id \(id) belongs to both \"\(first)\" and \"\(second)\"."
    case .malformedRank(let text): "The line \"\(text)\" is not base64, a space and a rank."
    case .missingByte(let byte): "The byte \(byte) has no token, and all 256 are expected."
    case .missingCompanion(let name): "The file \"\(name)\" is not beside it."
    case .ownPart(let name, let asked): "The file has its own \(name), and \"\(asked)\" is asked for."
    case .noPattern: "A file of ranks does not say how text is cut before merging."
    case .malformedPattern(let pattern, let offset, let expected):
      "The pattern \"\(pattern)\" has at character \(offset) something else than \(expected)."
    case .truncated(let part, let expected, let found, let place):
      "\(part) needs \(expected == .max ? "more bytes than any file has" : "\(expected) bytes") and \(found) are left"
        + (place.map { " at byte \($0)." } ?? ".")
    case .decodeOnly(let model): "A \(model) model is read to show tokens and not to encode text."
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .missing: "Check the path."
    case .directory: "Name a file in it."
    case .unreadable: "Check its permissions."
    case .unknownFormat:
      "Pass a tokenizer.json, vocab.json with merges.txt, .tiktoken, tekken.json, SentencePiece .model or GGUF file."
    case .unsupported, .decodeOnly: "Encode with the model's own library and pass token ids."
    case .notJSON, .missingPart, .unexpectedPart, .unknownToken, .idOutOfRange, .duplicateID,
      .malformedRank, .missingByte, .malformedPattern, .truncated:
      "Fetch the file again from where the model is published."
    case .missingCompanion: "Put the two files into one folder."
    case .ownPart: "Leave it out."
    case .noPattern:
      "Name the pattern: \(SplitPattern.Name.allCases.map(\.rawValue).joined(separator: ", "))."
    }
  }
}

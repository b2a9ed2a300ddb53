import Foundation
import Tokenization

/// Ids written in a line, and lines of ids turned into text again.
struct IDText {
  private let tokenizer: Tokenizer

  /// Ids of this tokenizer.
  init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Ids with a space between them.
  static func line(_ ids: [TokenID]) -> Data {
    var text: [UInt8] = []
    text.reserveCapacity(ids.count * 6)
    for id in ids {
      if !text.isEmpty { text.append(UInt8(ascii: " ")) }
      var divisor: Int32 = 1
      while id.rawValue / divisor >= 10 { divisor *= 10 }
      while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(id.rawValue / divisor % 10))
        divisor /= 10
      }
    }
    return Data(text)
  }

  /// Prints the texts of the lines of ids in some files, with a line end between two.
  func print(_ files: [String]) throws {
    var isFirst = true
    for file in files {
      var reader = try Reader(file, tokenizer)
      try reader.forEachText { bytes, isStart in
        Standard.write((isStart && !isFirst ? Data("\n".utf8) : Data()) + Data(bytes))
        if isStart { isFirst = false }
      }
    }
  }
}

extension IDText {
  /// Reads a file of ids of any size.
  private struct Reader {
    private let name: String
    private let file: TextFile
    private let tokenizer: Tokenizer
    private var line = 1
    private var word: [UInt8] = []
    private var ids: [TokenID] = []
    /// None before the first id of a line.
    private var decoder: TokenDecoder?

    /// So many bytes are read at a time, and no id is as long as the other number.
    private static let (portion, longest) = (1 << 20, 80)

    init(_ path: String, _ tokenizer: Tokenizer) throws {
      name = path == "/dev/stdin" ? "standard input" : path
      self.tokenizer = tokenizer
      file = try TextFile(path: path)
    }

    mutating func forEachText(_ body: ([UInt8], _ isStart: Bool) throws -> Void) throws {
      while true {
        let bytes = try file.read(upTo: Self.portion)
        if bytes.isEmpty { break }
        for byte in bytes {
          switch byte {
          case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): try endWord()
          case UInt8(ascii: "\n"):
            try endWord()
            try flush(body, isEnd: true)
            line += 1
          default:
            word.append(byte)
            if word.count > Self.longest { try endWord() }
          }
        }
        try flush(body)
      }
      try endWord()
      try flush(body)
    }

    private mutating func endWord() throws {
      if word.isEmpty { return }
      defer { word = [] }
      let text = String(decoding: word, as: UTF8.self)
      guard let id = Int32(text), text.first != "+" else {
        throw CommandFailure(
          status: .badData,
          message: "\(name):\(line): \"\(text)\" is not a token id. Write whole numbers between white space.")
      }
      ids.append(TokenID(id))
    }

    /// Gives what was read of a line; at its end also where no id stands in it, which is a text of nothing.
    private mutating func flush(
      _ body: ([UInt8], _ isStart: Bool) throws -> Void, isEnd: Bool = false
    ) throws {
      defer { if isEnd { decoder = nil } }
      if ids.isEmpty, !isEnd || decoder != nil { return }
      defer { ids = [] }
      let isStart = decoder == nil
      var decoder = decoder ?? TokenDecoder(tokenizer)
      do { try body(decoder.decode(ids), isStart) } catch let error as TokenDecoder.UnknownToken {
        throw CommandFailure(status: .badData, message: "\(name):\(line): \(error)")
      }
      self.decoder = decoder
    }
  }
}

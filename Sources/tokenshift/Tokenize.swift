public import ArgumentParser
import Foundation
import Reports
public import Tokenization

extension SpecialTokens: ExpressibleByArgument {}
extension SplitPattern.Name: ExpressibleByArgument {}

/// How tokens are printed.
enum TokenizeFormat: String, CaseIterable, ExpressibleByArgument {
  case ids, text, table, json, jsonl, csv, tsv, markdown
}

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns text into token ids and back, with the vocabulary files that models come with.",
    discussion: """
      Each file is one text; without a file, standard input is one. With --decode the input is ids between white \
      space; texts are lines, and a line end goes between them. Files may be larger than memory, but for \
      --format table and the others that show a row a token.

      Examples:
        tokenshift tokenize --vocabulary tokenizer.json answer.txt
        echo -n 'Wait, so 2+2=5?' | tokenshift tokenize --vocabulary tokenizer.json --format text
        tokenshift tokenize --vocabulary tokenizer.json --count *.txt
        tokenshift tokenize --vocabulary my.tiktoken --pattern cl100k --special-token '<|end|>=100257' a.txt
      """)

  @Option(
    name: [.customShort("v"), .long],
    help: """
      tokenizer.json, a .tiktoken file, vocab.json beside merges.txt, tekken.json, a SentencePiece model, a GGUF \
      file, or a folder with one of them.
      """, completion: .file())
  var vocabulary: String
  @Option(help: "How text is cut, where the vocabulary does not say: .tiktoken, and vocab.json.")
  var pattern: SplitPattern.Name?
  @Option(
    help: ArgumentHelp("A special token such a vocabulary leaves out. May repeat.", valueName: "text=id"))
  var specialToken: [String] = []
  @Option(help: "Special tokens in the text: parse them, or read them as plain text.")
  var special: SpecialTokens = .parse
  @Flag(help: "Turn ids into text.")
  var decode = false
  @Flag(help: "Print the number of tokens of each text.")
  var count = false
  @Option(
    name: [.short, .long],
    help: """
      ids prints one line of ids a text; text shows where tokens begin, in colour or by bars; table shows each \
      token.
      """)
  var format: TokenizeFormat = .ids
  @Argument(help: "Text files.", completion: .file())
  var files: [String] = []

  func validate() throws {
    guard !(decode && count) else { throw ValidationError("--decode and --count exclude each other.") }
    guard !decode || format == .ids else {
      throw ValidationError("--decode prints text. Leave --format out.")
    }
    guard !(count && format == .text) else {
      throw ValidationError("--count prints a table. Leave --format out, or name a table's format.")
    }
    _ = try specialTokens()
  }

  /// The special tokens given as `text=id`.
  private func specialTokens() throws -> [AddedToken] {
    try specialToken.map { word in
      guard let sign = word.lastIndex(of: "="), sign != word.startIndex,
        let id = Int32(word[word.index(after: sign)...]), id >= 0, id < 1 << 24
      else {
        throw ValidationError("--special-token must be a text, = and an id, but is '\(word)'.")
      }
      return AddedToken(id: TokenID(id), content: Array(word[..<sign].utf8), flags: .special)
    }
  }

  func run() throws {
    let tokenizer = try Tokenizer(
      contentsOf: vocabulary, pattern: pattern, specialTokens: specialTokens())
    let texts = files.isEmpty ? ["/dev/stdin"] : files
    if decode { return try IDText(tokenizer).print(texts) }
    let dropped =
      if count {
        try printCounts(texts, tokenizer)
      } else {
        switch format {
        case .ids: try texts.reduce(0) { try $0 + printIDs($1, tokenizer) }
        case .text: try printTokens(texts, tokenizer)
        default: try print(texts, tokenizer, OutputFormat(rawValue: format.rawValue) ?? .table)
        }
      }
    guard dropped > 0 else { return }
    StandardError.write(
      """
      warning: \(dropped) \(dropped == 1 ? "byte has" : "bytes have") no token in \(vocabulary) and \
      \(dropped == 1 ? "is" : "are") left out.
      """)
  }

  private var threads: Int { ProcessInfo.processInfo.activeProcessorCount }

  private func name(_ text: String) -> String { text == "/dev/stdin" ? "standard input" : text }

  // What prints also says how many bytes have no token.

  /// Hands over what is made of the ids of one text, part by part.
  private func encode<Result>(
    _ text: String, _ tokenizer: Tokenizer, transform: @Sendable ([TokenID]) -> Result,
    _ body: (Result) throws -> Void
  ) throws -> Int {
    var dropped = 0
    try tokenizer.encode(contentsOf: [text], special: special, threads: threads, transform: transform) {
      dropped += $0.droppedCount
      try body($0.result)
    }
    return dropped
  }

  private func printIDs(_ text: String, _ tokenizer: Tokenizer) throws -> Int {
    var isFirst = true
    let dropped = try encode(text, tokenizer, transform: IDText.line) { line in
      if line.isEmpty { return }
      Standard.write((isFirst ? Data() : Data(" ".utf8)) + line)
      isFirst = false
    }
    Standard.write("\n")
    return dropped
  }

  private func printTokens(_ texts: [String], _ tokenizer: Tokenizer) throws -> Int {
    var dropped = 0
    for text in texts {
      if texts.count > 1 { Standard.write("==> \(name(text)) <==\n") }
      var boundaries = TokenBoundaries(tokenizer.vocabulary, style: .forStandardOutput)
      dropped += try encode(text, tokenizer, transform: { $0 }) { Standard.write(boundaries.show($0)) }
      Standard.write("\n")
    }
    return dropped
  }

  private func printCounts(_ texts: [String], _ tokenizer: Tokenizer) throws -> Int {
    var bytes = [Int](repeating: 0, count: texts.count)
    var tokens = bytes
    var dropped = 0
    try tokenizer.encode(contentsOf: texts, special: special, threads: threads, transform: { $0.count }) {
      part in
      bytes[part.file] += part.byteCount
      tokens[part.file] += part.result
      dropped += part.droppedCount
    }
    let rows = texts.indices.map { file -> [Table.Cell] in
      [.text(name(texts[file])), .integer(bytes[file]), .integer(tokens[file])]
    }
    let table = Table(
      name: "counts",
      columns: [
        .init("file", title: "file"), .init("bytes", title: "bytes"), .init("tokens", title: "tokens"),
      ], rows: rows)
    Standard.write((OutputFormat(rawValue: format.rawValue) ?? .table).text(of: table))
    return dropped
  }

  private func print(_ texts: [String], _ tokenizer: Tokenizer, _ format: OutputFormat) throws -> Int {
    var rows: [[Table.Cell]] = []
    var dropped = 0
    for text in texts {
      var place = 0
      dropped += try encode(text, tokenizer, transform: { $0 }) { ids in
        for id in ids {
          let token = tokenizer.vocabulary.bytes(of: id).map { TokenText($0).shown }
          rows.append([
            .text(name(text)), .integer(place), .integer(Int(id.rawValue)),
            token.map { .text($0) } ?? .missing,
          ])
          place += 1
        }
      }
    }
    let table = Table(
      name: "tokenization",
      columns: [
        .init("file", title: texts.count > 1 ? "file" : nil), .init("place", title: "place"),
        .init("tokenID", title: "id"), .init("token", title: "token"),
      ], rows: rows)
    Standard.write(format.text(of: table))
    return dropped
  }
}

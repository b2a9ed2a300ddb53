public import ArgumentParser
import Foundation
import Reports
public import Tokenization

extension SpecialTokens: ExpressibleByArgument {}

/// How tokens are printed.
enum TokenizeFormat: String, CaseIterable, ExpressibleByArgument {
  case ids, table, json, jsonl, csv, tsv, markdown
}

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns text into token ids and back, with the vocabulary files that models come with.",
    discussion: """
      Each file is one text; without a file, standard input is one. With --decode the input is ids between white \
      space; texts are lines, and a line end goes between them.

      Examples:
        tokenshift tokenize --vocabulary tokenizer.json answer.txt
        echo -n 'Wait, so 2+2=5?' | tokenshift tokenize --vocabulary tokenizer.json --format table
        tokenshift tokenize --vocabulary tokenizer.json --count *.txt
      """)

  @Option(
    name: [.customShort("v"), .long],
    help: "tokenizer.json, a .tiktoken file, or vocab.json beside merges.txt.", completion: .file())
  var vocabulary: String
  @Option(help: "Special tokens in the text: parse them, or read them as plain text.")
  var special: SpecialTokens = .parse
  @Flag(help: "Turn ids into text.")
  var decode = false
  @Flag(help: "Print the number of tokens of each text.")
  var count = false
  @Option(name: [.short, .long], help: "ids prints one line of ids a text; table shows each token.")
  var format: TokenizeFormat = .ids
  @Argument(help: "Text files.", completion: .file())
  var files: [String] = []

  func validate() throws {
    guard !(decode && count) else { throw ValidationError("--decode and --count exclude each other.") }
    guard !decode || format == .ids else {
      throw ValidationError("--decode prints text. Leave --format out.")
    }
  }

  func run() throws {
    let tokenizer = try Tokenizer(contentsOf: vocabulary)
    let texts = try read()
    if decode { return try printText(texts, tokenizer) }
    if count { return printCounts(texts, tokenizer) }
    guard let format = OutputFormat(rawValue: format.rawValue) else {
      for (_, bytes) in texts {
        let ids = tokenizer.encode(bytes, special: special)
        Standard.write(ids.map(\.description).joined(separator: " ") + "\n")
      }
      return
    }
    Standard.write(format.text(of: tokenTable(texts, tokenizer)))
  }

  private func read() throws -> [(name: String, bytes: [UInt8])] {
    guard !files.isEmpty else {
      return [("standard input", [UInt8](try FileHandle.standardInput.readToEnd() ?? Data()))]
    }
    return try files.map { file in
      let handle = open(file, O_RDONLY | O_CLOEXEC)
      guard handle >= 0 else {
        throw CommandFailure(
          status: .noInput,
          message: "\(file): the file cannot be read: \(String(cString: strerror(errno))). Pass a text file.")
      }
      do {
        return (
          file, [UInt8](try FileHandle(fileDescriptor: handle, closeOnDealloc: true).readToEnd() ?? Data())
        )
      } catch {
        throw CommandFailure(
          status: .noInput, message: "\(file): the file cannot be read. Pass a text file, not a folder.")
      }
    }
  }

  private func printText(_ texts: [(name: String, bytes: [UInt8])], _ tokenizer: Tokenizer) throws {
    var isFirst = true
    for (name, bytes) in texts {
      for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
        let words = line.split { [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }
        let ids = try words.map { word in
          guard let id = Int32(String(decoding: word, as: UTF8.self)) else {
            throw CommandFailure(
              status: .badData,
              message: """
                \(name):\(number + 1): "\(String(decoding: word, as: UTF8.self))" is not a token id. \
                Write whole numbers between white space.
                """)
          }
          return TokenID(id)
        }
        do {
          Standard.write((isFirst ? Data() : Data("\n".utf8)) + Data(try tokenizer.decode(ids)))
          isFirst = false
        } catch {
          throw CommandFailure(status: .badData, message: "\(name):\(number + 1): \(error)")
        }
      }
    }
  }

  private func printCounts(_ texts: [(name: String, bytes: [UInt8])], _ tokenizer: Tokenizer) {
    let table = Table(
      name: "counts",
      columns: [
        .init("file", title: "file"), .init("bytes", title: "bytes"), .init("tokens", title: "tokens"),
      ],
      rows: texts.map {
        [
          .text($0.name), .integer($0.bytes.count),
          .integer(tokenizer.encode($0.bytes, special: special).count),
        ]
      })
    Standard.write((OutputFormat(rawValue: format.rawValue) ?? .table).text(of: table))
  }

  private func tokenTable(_ texts: [(name: String, bytes: [UInt8])], _ tokenizer: Tokenizer) -> Table {
    var rows: [[Table.Cell]] = []
    for (name, bytes) in texts {
      for (place, id) in tokenizer.encode(bytes, special: special).enumerated() {
        let text = tokenizer.vocabulary.bytes(of: id).map { TokenText($0).shown }
        rows.append([
          .text(name), .integer(place), .integer(Int(id.rawValue)), text.map { .text($0) } ?? .missing,
        ])
      }
    }
    return Table(
      name: "tokenization",
      columns: [
        .init("file", title: texts.count > 1 ? "file" : nil), .init("place", title: "place"),
        .init("tokenID", title: "id"), .init("token", title: "token"),
      ], rows: rows)
  }
}

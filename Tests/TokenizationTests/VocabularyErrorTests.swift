import Foundation
import Testing

@testable import Tokenization

@Suite struct VocabularyErrorTests {
  /// What is said about a file with this content.
  private func message(_ content: String, pattern: SplitPattern.Name? = nil) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    do {
      _ = try Tokenizer(contentsOf: path, pattern: pattern)
      return "read"
    } catch { return error.description.replacingOccurrences(of: path, with: "F") }
  }

  private func tokenizerJSON(_ parts: String = "", model: String = #""vocab":{"a":0},"merges":[]"#) -> String
  {
    #"{\#(parts)"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"type":"BPE",\#(model)}}"#
  }

  private let again = "Fetch the file again from where the model is published."
  private let elsewhere = "Encode with the model's own library and pass token ids."

  @Test func `a file that is not there is named`() {
    #expect(throws: VocabularyError(file: "/no/such/file", .missing)) {
      try Tokenizer(contentsOf: "/no/such/file")
    }
  }

  @Test func `ranks need a pattern`() throws {
    let found = try message("YQ== 0\n")
    #expect(
      found.hasPrefix(
        "F: A file of ranks does not say how text is cut before merging. Name the pattern: gpt2, "))
  }

  @Test func `a broken line of ranks is quoted with its number`() throws {
    #expect(
      try message("YQ== 0\nYg= 1\n", pattern: .gpt2)
        == "F:2: The line \"Yg= 1\" is not base64, a space and a rank. \(again)")
  }

  @Test func `ranks without all bytes are refused`() throws {
    #expect(
      try message("YQ== 0\n", pattern: .gpt2)
        == "F: The byte 0 has no token, and all 256 are expected. \(again)")
  }

  @Test func `two tokens with one rank are refused`() throws {
    #expect(
      try message("YQ== 0\nYg== 0\n", pattern: .gpt2)
        == "F: The id 0 belongs to both \"a\" and \"b\". \(again)")
  }

  @Test func `a file of another kind is refused`() throws {
    let kinds =
      "Pass a tokenizer.json, vocab.json with merges.txt, .tiktoken, tekken.json, SentencePiece .model or GGUF file."
    #expect(try message("\u{89}PNG") == "F: This is no vocabulary file of a kind that is read. \(kinds)")
    #expect(try message("") == "F: This is no vocabulary file of a kind that is read. \(kinds)")
  }

  @Test func `JSON that breaks off says where`() throws {
    #expect(try message(#"{"model":"#) == "F: The text stops being JSON at byte 9. \(again)")
  }

  @Test func `a merge of an unknown token is refused`() throws {
    let broken = tokenizerJSON(model: #""vocab":{"a":0,"b":1},"merges":["a b"]"#)
    #expect(
      try message(broken) == "F: Merge 0 needs the token \"ab\", which is not in the vocabulary. \(again)")
  }

  @Test func `what is not read is refused by name`() throws {
    let dropout = tokenizerJSON(model: #""vocab":{"a":0},"merges":[],"dropout":0.1"#)
    #expect(try message(dropout) == "F: The model option \"dropout\" is not read. \(elsewhere)")
  }

  @Test func `an id beyond any vocabulary is refused`() throws {
    let huge = tokenizerJSON(model: #""vocab":{"a":99999999999},"merges":[]"#)
    #expect(
      try message(huge)
        == "F: The token \"a\" has the id 99999999999, and ids are between 0 and 16777215. \(again)")
    let negative = tokenizerJSON(model: #""vocab":{"a":-1},"merges":[]"#)
    #expect(try message(negative).hasPrefix("F: The token \"a\" has the id -1, and"))
    let fraction = tokenizerJSON(model: #""vocab":{"a":0.5},"merges":[]"#)
    #expect(try message(fraction) == "F: \"a\" is a number, and a whole number is expected. \(again)")
  }
}

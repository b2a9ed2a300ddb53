import TestSupport
import Testing

@testable import Tokenization

@Suite struct GGUFFileTests {
  /// "a" 0, "b" 1, "Ġ" 2, "ab" 3, "<s>" 4, which is a control token, with the merge a b.
  private func file(pre: String = "gpt-2") -> BinaryFile {
    var file = BinaryFile(bytes: Array("GGUF".utf8))
    file.number(UInt32(3))
    file.number(UInt64(0))
    file.number(UInt64(5))
    for (name, text) in [("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", pre)] {
      file.string(name)
      file.number(UInt32(8))
      file.string(text)
    }
    for (name, list) in [
      ("tokenizer.ggml.tokens", ["a", "b", "Ġ", "ab", "<s>"]), ("tokenizer.ggml.merges", ["a b"]),
    ] {
      file.string(name)
      file.number(UInt32(9))
      file.number(UInt32(8))
      file.number(UInt64(list.count))
      for text in list { file.string(text) }
    }
    file.string("tokenizer.ggml.token_type")
    file.number(UInt32(9))
    file.number(UInt32(5))
    file.number(UInt64(5))
    for kind in [1, 1, 1, 1, 3] as [Int32] { file.number(kind) }
    return file
  }

  @Test func `the tokenizer of a GGUF file encodes and shows`() throws {
    let tokenizer = try file().withFile { try Tokenizer(contentsOf: $0) }
    #expect(tokenizer.encode("ab<s> ab").map(\.rawValue) == [3, 4, 2, 3])
    #expect(tokenizer.vocabulary.bytes(of: TokenID(2)).map(Array.init) == [0x20])
    #expect(tokenizer.vocabulary.isSpecial(TokenID(4)))
  }

  @Test func `a pre-tokenizer that is not known is named`() throws {
    #expect {
      try file(pre: "nonesuch").withFile { try Tokenizer(contentsOf: $0) }
    } throws: { ($0 as? VocabularyError)?.problem == .unsupported(part: "pre-tokenizer", name: "nonesuch") }
  }

  @Test func `a file that breaks off anywhere is refused`() throws {
    let whole = file().bytes
    for length in 4..<whole.count {
      #expect(throws: VocabularyError.self) {
        try BinaryFile(bytes: Array(whole[..<length])).withFile { try Tokenizer(contentsOf: $0) }
      }
    }
  }

  @Test func `a count beyond the file allocates nothing`() throws {
    var file = BinaryFile(bytes: Array("GGUF".utf8))
    file.number(UInt32(3))
    file.number(UInt64(0))
    file.number(UInt64(1))
    file.string("tokenizer.ggml.tokens")
    file.number(UInt32(9))
    file.number(UInt32(8))
    file.number(UInt64.max)
    #expect(throws: VocabularyError.self) { try file.withFile { try Tokenizer(contentsOf: $0) } }
  }

  @Test func `what is missing is told with its place, and another byte order by its name`() throws {
    func message(_ bytes: [UInt8]) throws -> String {
      let error = #expect(throws: VocabularyError.self) {
        try BinaryFile(bytes: bytes).withFile { try Tokenizer(contentsOf: $0) }
      }
      return error?.description ?? ""
    }
    let whole = file().bytes
    // Magic, version, two counts, then the length of the first name.
    #expect(
      try message(Array(whole.prefix(40))).contains(": A string needs 20 bytes and 8 are left at byte 32."))
    var huge = whole
    huge.replaceSubrange(24..<32, with: [UInt8](repeating: 0xFF, count: 8))
    #expect(
      try message(huge).contains(
        ": A string needs more bytes than any file has and \(whole.count - 32) are left at byte 32."))
    var turned = whole
    turned.replaceSubrange(4..<8, with: [0, 0, 0, 3])
    #expect(try message(turned).contains(": The byte order \"big-endian\" is not read."))
  }
}

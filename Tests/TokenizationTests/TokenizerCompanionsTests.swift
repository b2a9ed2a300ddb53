import Foundation
import Testing

@testable import Tokenization

@Suite struct TokenizerCompanionsTests {
  /// A folder of files, for the time of a test.
  private func withFolder<Result>(
    _ files: [String: String], _ body: (String) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    return try body(folder.path)
  }

  /// a, b and ab, with what stands beside them.
  private func files(_ companions: [String: String]) -> [String: String] {
    let pair = ["vocab.json": #"{"a": 0, "b": 1, "ab": 2, "1": 3, "11": 4}"#, "merges.txt": "a b\n1 1\n"]
    return pair.merging(companions) { $1 }
  }

  @Test func `a folder stands for the pair in it`() throws {
    try withFolder(files([:])) { (folder: String) throws in
      #expect(try Tokenizer(contentsOf: folder).encode("ab11").map(\.rawValue) == [2, 4])
    }
  }

  @Test func `added tokens are found, and are special where another file names them`() throws {
    let companions = [
      "added_tokens.json": #"{"<x>": 5, "<y>": 6}"#, "special_tokens_map.json": #"{"eos_token": "<x>"}"#,
    ]
    try withFolder(files(companions)) { (folder: String) throws in
      let tokenizer = try Tokenizer(contentsOf: folder)
      #expect(tokenizer.encode("a<x>b<y>").map(\.rawValue) == [0, 5, 1, 6])
      #expect(tokenizer.encode("a<x>b<y>", special: .text).map(\.rawValue) == [0, 1, 6])
      #expect(tokenizer.vocabulary.isSpecial(TokenID(5)))
      #expect(!tokenizer.vocabulary.isSpecial(TokenID(6)))
    }
  }

  @Test func `the configuration describes tokens and names the class`() throws {
    let config = """
      {"tokenizer_class": "Qwen2TokenizerFast",
       "added_tokens_decoder": {"7": {"content": "<z>", "lstrip": true, "special": true}}}
      """
    try withFolder(files(["tokenizer_config.json": config])) { (folder: String) throws in
      let tokenizer = try Tokenizer(contentsOf: folder + "/vocab.json")
      // Single digits are Qwen's; the space goes with the token.
      #expect(tokenizer.encode("11 <z>").map(\.rawValue) == [3, 3, 7])
      #expect(try Vocabulary(contentsOf: folder).isSpecial(TokenID(7)))
    }
  }

  @Test func `a class that is not known is refused by name, and a pattern helps`() throws {
    let config = #"{"tokenizer_class": "OtherTokenizer"}"#
    try withFolder(files(["tokenizer_config.json": config])) { (folder: String) throws in
      let problem = VocabularyError.Problem.unsupported(part: "tokenizer_class", name: "OtherTokenizer")
      #expect(throws: VocabularyError(file: folder + "/tokenizer_config.json", problem)) {
        try Tokenizer(contentsOf: folder)
      }
      #expect(try Tokenizer(contentsOf: folder, pattern: .gpt2).encode("11").map(\.rawValue) == [4])
    }
  }

  @Test func `a file with its own pattern takes no other`() {
    let problem = VocabularyError.Problem.ownPart(name: "pattern", asked: "gpt2")
    #expect(throws: VocabularyError(file: Fixture.sample, problem)) {
      try Tokenizer(contentsOf: Fixture.sample, pattern: .gpt2)
    }
  }

  @Test func `special tokens are given to a file of ranks`() throws {
    let end = AddedToken(id: TokenID(900), content: Array("<end>".utf8), flags: .special)
    let tokenizer = try Tokenizer(
      contentsOf: Fixture.path("small.tiktoken"), pattern: .cl100k, specialTokens: [end])
    #expect(tokenizer.encode("<end>") == [TokenID(900)])
    #expect(tokenizer.encode("<end>", special: .text).count > 1)
  }
}

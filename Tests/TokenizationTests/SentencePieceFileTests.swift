import TestSupport
import Testing

@testable import Tokenization

@Suite struct SentencePieceFileTests {
  /// A BPE model: <unk> 0, ▁ 1, a 2, b 3, ab 4 (score -1), ▁a 5 (score -2), and a word 6 of the user's.
  private func file(type: UInt8 = 2, removesSpaces: UInt8 = 0) -> BinaryFile {
    ExampleVocabulary.sentencePieceFile(type: type, removesSpaces: removesSpaces)
  }

  @Test func `characters merge in the order of the scores`() throws {
    let tokenizer = try file().withFile { try Tokenizer(contentsOf: $0) }
    // ▁ a b: "ab" has the better score, so that "▁a" is not made.
    #expect(tokenizer.encode("ab").map(\.rawValue) == [1, 4])
    #expect(tokenizer.encode("a a").map(\.rawValue) == [5, 5])
    // Neighbours without a token share one unknown.
    #expect(tokenizer.encode("axyb").map(\.rawValue) == [5, 0, 3])
    #expect(tokenizer.encode("<w>a").map(\.rawValue) == [1, 6, 2])
    #expect(try tokenizer.decode([TokenID(5), TokenID(5)]) == Array("a a".utf8))
  }

  @Test func `a Unigram model shows its tokens and does not encode`() throws {
    try file(type: 1).withFile { (path: String) throws in
      #expect(try Vocabulary(contentsOf: path).bytes(of: TokenID(5)).map(Array.init) == Array(" a".utf8))
      #expect(throws: VocabularyError(file: path, .decodeOnly(model: "Unigram"))) {
        try Tokenizer(contentsOf: path)
      }
    }
  }

  @Test func `an option that changes the text is named`() throws {
    try file(removesSpaces: 1).withFile { (path: String) throws in
      let problem = VocabularyError.Problem.unsupported(
        part: "normalizer option", name: "remove_extra_whitespaces")
      #expect(throws: VocabularyError(file: path, problem)) { try Tokenizer(contentsOf: path) }
    }
  }
}

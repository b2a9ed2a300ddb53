import TestSupport
import Testing

@testable import Tokenization

@Suite struct SentencePieceFileTests {
  /// A BPE model: <unk> 0, ▁ 1, a 2, b 3, ab 4 (score -1), ▁a 5 (score -2), and a word 6 of the user's.
  private func file(type: UInt8 = 2, removesSpaces: UInt8 = 0) -> BinaryFile {
    var file = BinaryFile()
    let pieces: [(String, Float, UInt8)] = [
      ("<unk>", 0, 2), ("▁", -9, 1), ("a", -10, 1), ("b", -11, 1), ("ab", -1, 1), ("▁a", -2, 1),
      ("<w>", 0, 4),
    ]
    for (text, score, kind) in pieces {
      var piece = BinaryFile()
      piece.field(1, Array(text.utf8))
      piece.bytes.append(2 << 3 | 5)
      piece.number(score.bitPattern)
      piece.bytes += [3 << 3, kind]
      file.field(1, piece.bytes)
    }
    file.field(2, [3 << 3, type])
    file.field(3, [3 << 3, 1, 4 << 3, removesSpaces])
    return file
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

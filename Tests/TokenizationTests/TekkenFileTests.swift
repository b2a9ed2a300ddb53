import TestSupport
import Testing

@testable import Tokenization

@Suite struct TekkenFileTests {
  /// Every byte, " a" and "bc", with 3 special tokens and a size that leaves the last rank out.
  private func file(pattern: String) throws -> BinaryFile {
    let tokens = (0..<256).map { [UInt8($0)] } + [Array(" a".utf8), Array("bc".utf8)]
    let vocab = tokens.enumerated().map { rank, bytes in
      #"{"rank":\#(rank),"token_bytes":"\#(base64(bytes))","token_str":null}"#
    }
    let config =
      #"{"pattern":"\#(pattern)","num_vocab_tokens":258,"default_vocab_size":260,"default_num_special_tokens":3}"#
    let special = #"[{"rank":1,"token_str":"<s>","is_control":true}]"#
    let text =
      #"{"config":\#(config),"vocab":[\#(vocab.joined(separator: ","))],"special_tokens":\#(special)}"#
    return BinaryFile(bytes: Array(text.utf8))
  }

  private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let padded = bytes + [0, 0]
    let word = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
    let letters = [18, 12, 6, 0].map { digits[word >> $0 & 63] }
    return String(letters.prefix(bytes.count + 1)) + String(repeating: "=", count: 3 - bytes.count)
  }

  @Test func `ids begin behind the special tokens and end at the size`() throws {
    let tokenizer = try file(pattern: #"\\p{L}+| \\p{L}+"#).withFile { try Tokenizer(contentsOf: $0) }
    #expect(tokenizer.vocabulary.count == 260)
    // "bc" has rank 257, beyond the 257 ranks in use.
    #expect(tokenizer.encode("bc a").map(\.rawValue) == [101, 102, 259])
    #expect(tokenizer.encode("<s>").map(\.rawValue) == [1])
    #expect(tokenizer.vocabulary.bytes(of: TokenID(0)).map(Array.init) == Array("<SPECIAL_0>".utf8))
  }

  @Test func `what no alternative matches is dropped`() throws {
    let tokenizer = try file(pattern: #"\\p{L}+"#).withFile { try Tokenizer(contentsOf: $0) }
    #expect(tokenizer.encode("a!b").map(\.rawValue) == [100, 101])
  }

  @Test func `a pattern that cannot be read is quoted`() throws {
    try file(pattern: "(a").withFile { (path: String) throws in
      let problem = VocabularyError.Problem.malformedPattern(
        pattern: "(a", offset: 2, expected: "a closing parenthesis")
      #expect(throws: VocabularyError(file: path, problem)) { try Tokenizer(contentsOf: path) }
    }
  }
}

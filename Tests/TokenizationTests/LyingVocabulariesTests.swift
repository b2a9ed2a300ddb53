import TestSupport
import Testing

@testable import Tokenization

/// One file for each number and name by which a vocabulary can lie.
@Suite struct LyingVocabulariesTests {
  struct Lie: CustomTestStringConvertible {
    /// Where the replaced bytes stand: so many bytes behind the first place of `after`.
    var after: String
    var offset: Int
    var bytes: [UInt8]
    var message: String

    init(_ after: String, _ offset: Int, _ bytes: [UInt8], _ message: String) {
      (self.after, self.offset, self.bytes, self.message) = (after, offset, bytes, message)
    }

    var testDescription: String { "\(bytes) at \(offset) behind \(after)" }
  }

  /// A length or count of 2⁶⁴ − 1, which no file has room for.
  private static let all = [UInt8](repeating: 0xFF, count: 8)
  private static let far = "more bytes than any file has and "

  /// The message of a file of these bytes, nil where it is read.
  private func message(_ bytes: [UInt8]) throws -> String? {
    try BinaryFile(bytes: bytes).withFile { (path: String) -> String? in
      do throws(VocabularyError) {
        _ = try Vocabulary(contentsOf: path)
        _ = try Tokenizer(contentsOf: path)
        return nil
      } catch {
        return error.description
      }
    }
  }

  private func message(of lie: Lie, in file: [UInt8]) throws -> String? {
    var bytes = file
    let end = lie.after.isEmpty ? 0 : try #require(bytes.firstRange(of: Array(lie.after.utf8))?.upperBound)
    bytes.replaceSubrange(end + lie.offset..<end + lie.offset + lie.bytes.count, with: lie.bytes)
    #expect(bytes != file)
    return try message(bytes)
  }

  // MARK: GGUF

  static let gguf: [Lie] = [
    Lie("GGUF", 0, [1], "The GGUF version \"1\" is not read"),
    Lie("GGUF", 0, [4], "The GGUF version \"4\" is not read"),
    Lie("GGUF", 0, [0, 0, 0, 3], "The byte order \"big-endian\" is not read"),
    // The number of values: 9.
    Lie("GGUF", 12, [10], "A number needs 8 bytes and 0 are left"),
    Lie("GGUF", 12, all, "A number needs 8 bytes and 0 are left"),
    Lie("GGUF", 12, [0], "There is no \"tokenizer.ggml.model\""),
    Lie("GGUF", 12, [5], "There is no \"tokenizer.ggml.tokens\""),
    // The length of the first name: 20.
    Lie("GGUF", 20, all, "A string needs \(far)"),
    Lie("GGUF", 20, [19], "The GGUF value type \"2156\" is not read"),
    Lie("GGUF", 20, [21], "The GGUF value type \"67108864\" is not read"),
    // A string, its type and its length.
    Lie("ggml.model", 0, [13], "The GGUF value type \"13\" is not read"),
    Lie("ggml.model", 0, [0xFF, 0xFF, 0xFF, 0xFF], "The GGUF value type \"4294967295\" is not read"),
    Lie("ggml.model", 0, [4], "A string needs 3635654386878775296 bytes"),
    Lie("ggml.model", 0, [7], "A string needs"),
    Lie("ggml.model", 0, [9], "An array needs"),
    Lie("ggml.model", 4, all, "A string needs \(far)"),
    Lie("ggml.model", 4, [5], "A string needs"),
    Lie("ggml.model", 4, [3], "A string needs"),
    Lie("ggml.model", 4, [0], "A string needs"),
    Lie("ggml.model", 12, Array("gpt9".utf8), "The tokenizer model \"gpt9\" is not read"),
    // A number, a truth value and a float, of other types.
    Lie("general.alignment", 0, [0], "A string needs"), Lie("general.alignment", 0, [10], "A string needs"),
    Lie("add_space_prefix", 0, [5], "A string needs"), Lie("general.scale", 0, [6], "A string needs"),
    // Arrays of strings: their elements' type, their number, an element's length.
    Lie("ggml.tokens", 0, [8], "A string needs"),
    Lie("ggml.tokens", 4, [9], "The GGUF value type \"array of arrays\" is not read"),
    Lie("ggml.tokens", 4, [13], "The GGUF value type \"13\" is not read"),
    Lie("ggml.tokens", 4, [7], "A string needs"), Lie("ggml.tokens", 4, [0], "A string needs"),
    Lie("ggml.tokens", 4, [4], "A string needs"), Lie("ggml.tokens", 4, [10], "A string needs"),
    Lie("ggml.tokens", 8, all, "An array needs \(far)"),
    Lie("ggml.tokens", 8, [0, 1], "An array needs 2048 bytes and"),
    Lie("ggml.tokens", 8, [6], "A string needs 34359738377 bytes and"),
    Lie("ggml.tokens", 8, [4], "The GGUF value type \"21\" is not read"),
    Lie("ggml.tokens", 8, [0], "A string needs"),
    Lie("ggml.tokens", 16, all, "A string needs \(far)"), Lie("ggml.tokens", 16, [2], "A string needs"),
    Lie("ggml.merges", 8, [0], "The GGUF value type \"25\" is not read"),
    Lie("ggml.merges", 8, [2], "A string needs"),
    Lie("ggml.merges", 24, Array("bxb".utf8), "\"merges[0]\" is another string, and two pieces is expected"),
    Lie("ggml.merges", 24, Array("b a".utf8), "Merge 0 needs the token \"ba\""),
    Lie("ggml.merges", 24, Array("c b".utf8), "Merge 0 needs the token \"c\""),
    // Arrays of numbers.
    Lie("token_type", 4, [8], "A string needs 4294967297 bytes"), Lie("token_type", 4, [0], "A string needs"),
    Lie("token_type", 4, [11], "A string needs"), Lie("token_type", 8, [6], "A string needs"),
    Lie("token_type", 8, [4], "A string needs"), Lie("token_type", 8, all, "An array needs \(far)"),
    Lie("ggml.scores", 8, [6], "An array needs 24 bytes and 20 are left"),
    Lie("ggml.scores", 4, [12], "An array needs 40 bytes and 20 are left"),
    Lie("ggml.scores", 4, [10], "An array needs 40 bytes and 20 are left"),
  ]

  @Test(arguments: gguf)
  func `a number of a GGUF file that lies is refused`(lie: Lie) throws {
    let message = try message(of: lie, in: ExampleVocabulary.gguf.bytes)
    #expect(message?.contains(lie.message) == true, "\(message ?? "read")")
  }

  /// Kinds beyond any whole number: they are as good as none, as a kind that is not known.
  @Test func `kinds that are no whole numbers are ordinary tokens`() throws {
    #expect(try message(ExampleVocabulary.gguf.bytes) == nil)
    for bits in [0x7FC0_0000, 0x7F80_0000, 0x7F7F_FFFF, 0x3F00_0000] as [UInt32] {
      var bytes = ExampleVocabulary.gguf.bytes
      let end = try #require(bytes.firstRange(of: Array("token_type".utf8))?.upperBound)
      bytes[end + 4] = 6
      for byte in 0..<4 { bytes[end + 16 + byte] = UInt8(truncatingIfNeeded: bits >> UInt32(8 * byte)) }
      #expect(try message(bytes) == nil)
    }
  }

  @Test(arguments: ["token_type", "ggml.scores"])
  func `numbers of other tokens than there are are refused`(name: String) throws {
    var bytes = ExampleVocabulary.ggufPieces.bytes
    let end = try #require(bytes.firstRange(of: Array(name.utf8))?.upperBound)
    bytes[end + 8] = 4
    bytes.removeSubrange(end + 32..<end + 36)
    let message = try message(bytes)
    #expect(
      message?.contains("is 4 long, and a number for each of 5 tokens is expected") == true,
      "\(message ?? "read")")
  }

  /// Characters would merge in no order.
  @Test func `a score that is no number is refused`() throws {
    let pieces = ExampleVocabulary.sentencePieceFile(and: [("aa", .nan, 1)])
    #expect(try message(pieces.bytes)?.contains("\"scores[7]\" is NaN, and a number is expected") == true)
    var bytes = ExampleVocabulary.ggufPieces.bytes
    let end = try #require(bytes.firstRange(of: Array("ggml.scores".utf8))?.upperBound)
    bytes.replaceSubrange(end + 16..<end + 20, with: [0, 0, 0xC0, 0x7F])
    #expect(try message(bytes)?.contains("\"scores[0]\" is NaN, and a number is expected") == true)
  }

  @Test func `vocabulary files cut after any byte never crash`() throws {
    for whole in [
      ExampleVocabulary.gguf.bytes, ExampleVocabulary.ggufPieces.bytes, ExampleVocabulary.sentencePiece.bytes,
    ] {
      #expect(try message(whole) == nil)
      let read = try (0..<whole.count).filter { try message(Array(whole.prefix($0))) == nil }
      // A protocol buffer has no end of its own: a model that is cut between two fields is a smaller one.
      #expect(read.isEmpty || whole[0] == 0x0A)
    }
    for text in [ExampleVocabulary.tokenizerJSON, ExampleVocabulary.charactersJSON] {
      let whole = Array(text.utf8)
      #expect(try message(whole) == nil)
      for length in 0..<whole.count { #expect(try message(Array(whole.prefix(length))) != nil, "\(length)") }
    }
  }

  // MARK: SentencePiece

  static let sentencePiece: [Lie] = [
    // The first piece: its length, that of its text, the types of its fields, and its kind.
    Lie("", 1, [0x7F], "is no vocabulary file"),
    Lie("", 3, [0x7F], "A field needs 127 bytes and 12 are left"),
    Lie("", 9, [0x13], "The wire type \"3\" is not read"),
    Lie("", 9, [0x17], "The wire type \"7\" is not read"),
    Lie("", 15, [9], "The kind of piece \"9\" is not read"),
    Lie("", 15, [0], "The kind of piece \"0\" is not read"),
    Lie("", 14, [0x1A], "A field needs 2 bytes and 0 are left"),
    // The kind of model behind the last piece.
    Lie("<0x0A>", 10, [0xFF], "A number needs 1 bytes"),
  ]

  @Test(arguments: sentencePiece)
  func `a number of a SentencePiece model that lies is refused`(lie: Lie) throws {
    let message = try message(of: lie, in: ExampleVocabulary.sentencePiece.bytes)
    #expect(message?.contains(lie.message) == true, "\(message ?? "read")")
  }

  // MARK: JSON

  static let texts: [(file: String, old: String, new: String, message: String)] = [
    (ExampleVocabulary.tekken, ":7,", ":2,", "at least default_num_special_tokens, 3, is expected"),
    (ExampleVocabulary.tekken, ":7,", ":16777216,", "a whole number from 0 to 16777215 is expected"),
    (ExampleVocabulary.tekken, ":7,", ":-1,", "a whole number from 0 to 16777215 is expected"),
    (ExampleVocabulary.tekken, ":3,", ":9999999,", "a whole number from 0 to 65536 is expected"),
    (ExampleVocabulary.tekken, ":3,", ":0.5,", "a whole number from 0 to 65536 is expected"),
    (ExampleVocabulary.tekken, "\"rank\":1,", "\"rank\":0,", "belongs to both"),
    (ExampleVocabulary.tekken, "YQ==", "Y===", "ranks with bytes in base64"),
    (ExampleVocabulary.tekken, #"\\p{L}+|"#, #"(|"#, "a closing parenthesis"),
    (ExampleVocabulary.tokenizerJSON, "\"a\":0", "\"a\":16777216", "ids are between 0 and 16777215"),
    (ExampleVocabulary.tokenizerJSON, "\"a\":0", "\"a\":1", "The id 1 belongs to both"),
    (ExampleVocabulary.tokenizerJSON, "\"a\":0", "\"a\":\"0\"", "a whole number is expected"),
    (ExampleVocabulary.tokenizerJSON, "\"id\":5", "\"id\":-5", "ids are between 0 and 16777215"),
    (ExampleVocabulary.tokenizerJSON, "\"id\":5", "\"id\":1e300", "a whole number is expected"),
    (ExampleVocabulary.tokenizerJSON, "[\"Ġ\",\"ab\"]", "[\"Ġ\"]", "two pieces is expected"),
    (ExampleVocabulary.tokenizerJSON, "{1,3}", "{1,3000}", "bounds of repetition up to 1000"),
    (ExampleVocabulary.tokenizerJSON, "{1,3}", "{3,1}", "bounds of repetition up to 1000"),
    (ExampleVocabulary.tokenizerJSON, "\"Isolated\"", "\"Isolate\"", "The behavior \"Isolate\" is not read"),
    (ExampleVocabulary.charactersJSON, "\"<unk>\",\"fuse", "\"<none>\",\"fuse", "There is no \"<none>\""),
    (ExampleVocabulary.charactersJSON, "\"first\"", "\"last\"", "The prepend_scheme \"last\" is not read"),
  ]

  @Test(arguments: texts.indices)
  func `a number or name of a JSON file that lies is refused`(index: Int) throws {
    let lie = Self.texts[index]
    let text = lie.file.replacing(lie.old, with: lie.new, maxReplacements: 1)
    #expect(text != lie.file)
    let message = try message(Array(text.utf8))
    #expect(message?.contains(lie.message) == true, "\(lie.old) → \(lie.new): \(message ?? "read")")
  }

  /// An added token that is no piece gets the next id, which pieces that leave out an id may have taken.
  @Test func `an added token with the id of a piece is refused`() throws {
    func file(_ unknown: String) -> String {
      #"{"added_tokens":[{"id":0,"content":"<unk>","special":true}],"#
        + #""normalizer":{"type":"Prepend","prepend":"▁"},"model":{"type":"BPE","byte_fallback":true,"#
        + #""vocab":{"\#(unknown)":1,"▁":2,"a":3,"▁a":4},"merges":["▁ a"]}}"#
    }
    #expect(try message(Array(file("<unk>").utf8)) == nil)
    let found = try message(Array(file("<unk>>").utf8))
    #expect(
      found?.contains("4") == true && found?.contains("▁a") == true && found?.contains("<unk>") == true,
      "\(found ?? "read")")
  }
}

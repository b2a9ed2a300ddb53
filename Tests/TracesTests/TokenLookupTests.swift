import Testing
import Tokenization

@testable import Traces

@Suite struct TokenLookupTests {
  private let lookup = TextVocabulary.lookup

  private func match(_ text: String) -> TokenLookup.Match { lookup.match(text: Array(text.utf8)) }

  @Test func `a text that one token has is that token`() {
    #expect(match("Hello") == .one(TokenID(0)))
    #expect(match(" the") == .one(TokenID(2)))
    #expect(match("∠") == .one(TokenID(12)))
    #expect(match("<|end|>") == .one(TokenID(20)))
    #expect(match("7") == .one(TokenID(8)))
  }

  @Test func `bytes are looked up as they are`() {
    #expect(lookup.match(bytes: [0xE2, 0x88]) == .one(TokenID(9)))
    #expect(lookup.match(bytes: [0xC3]) == .one(TokenID(11)))
    #expect(lookup.match(bytes: [0xC4]) == .unknown(candidates: 0))
  }

  @Test func `bytes that two ids share are told apart from others`() {
    #expect(match("a") == .shared(TokenID(4)))
    #expect(match(" a") == .one(TokenID(3)))
  }

  @Test func `a text that no token has is unknown`() {
    #expect(match("hello") == .unknown(candidates: 0))
    #expect(match("") == .unknown(candidates: 0))
  }

  @Test func `a damaged text is a token only where no other is damaged alike`() {
    // E2 88, A0 and C3 become one U+FFFD each, and there is a token that is U+FFFD.
    #expect(match("\u{FFFD}") == .unknown(candidates: 4))
    #expect(match(" \u{FFFD}") == .one(TokenID(14)))
  }

  @Test func `escaped bytes of the older API are bytes`() {
    #expect(match(#"bytes:\xe2\x88"#) == .one(TokenID(9)))
    #expect(match(#"bytes: \xc3"#) == .unknown(candidates: 0))
    #expect(match("bytes") == .one(TokenID(7)))
    #expect(TokenLookup.escapedBytes(Array(#"bytes:\x20\xC3!"#.utf8)) == [0x20, 0xC3, 0x21])
    #expect(TokenLookup.escapedBytes(Array(#"bytes:\x4"#.utf8)) == Array(#"\x4"#.utf8))
    #expect(TokenLookup.escapedBytes(Array("bytes:".utf8)) == nil)
  }

  @Test func `every token of a real vocabulary is found by its bytes`() throws {
    let vocabulary = try Vocabulary(contentsOf: TestFiles.sample("vocabulary/tokenizer.json"))
    let lookup = TokenLookup(vocabulary)
    for id in vocabulary.ids {
      let bytes = try #require(vocabulary.bytes(of: id))
      // One token is U+FFFD itself, and cannot be told from the damaged ones.
      guard !bytes.elementsEqual("\u{FFFD}".utf8) else { continue }
      #expect(lookup.match(bytes: Array(bytes)) == .one(id), "\(id)")
    }
  }

  // MARK: Ids beside texts

  /// Records that give the id of each token and its text, as llama.cpp's server and vLLM do.
  private static func records(_ names: [(id: Int, text: String)]) -> [String] {
    let entries = names.map { "{\"id\":\($0.id),\"token\":\"\($0.text)\",\"logprob\":-0.5,\"bytes\":null}" }
    let keyed = names.map { "{\"\($0.id)\":{\"logprob\":-0.5,\"rank\":1,\"decoded_token\":\"\($0.text)\"}}" }
    return [
      "{\"completion_probabilities\":[\(entries.joined(separator: ","))]}",
      "{\"prompt_token_ids\":[\(([1] + names.map(\.id)).map(String.init).joined(separator: ","))],\"prompt_logprobs\":[null,\(keyed.joined(separator: ","))]}",
    ]
  }

  @Test func `a vocabulary that calls most tokens otherwise is refused with both names`() throws {
    for record in Self.records([(0, "Hello"), (2, " cat"), (3, "dog"), (13, "é")]) {
      #expect(throws: Never.self) { try readAny(record) }
    }
    let others = [(0, "Bye"), (0, "Bye"), (0, "One"), (3, "two"), (3, " a")]
    for record in Self.records(Array(others.dropLast())) {
      #expect(throws: Never.self) { try readAny(record) }
    }
    for record in Self.records([(13, "Ã©"), (13, "Ã©"), (13, "Ã©"), (13, "Ã©"), (13, "Ã©")]) {
      #expect(throws: Never.self) { try readAny(record) }
    }
    for record in Self.records(others + [(2, " cat"), (20, "<|pad|>")]) {
      do {
        try readAny(record)
        Issue.record("nothing is refused")
      } catch {
        #expect(
          "\(error)"
            == "trace:1: the record calls id 0 \"Bye\", but the vocabulary calls it \"Hello\"; so it is with 5 of 6 entries. Name the vocabulary of the model that read the text."
        )
      }
    }
  }

  @Test(arguments: [
    "Hello", " Hello", "\u{120}Hello", "\u{2581}Hello", "Hello the", "", "\u{FFFD}", "<0x0A>",
  ])
  func `texts that decoders make of a token contradict nothing`(text: String) throws {
    for record in Self.records([(0, text)]) { #expect(throws: Never.self) { try readAny(record) } }
  }

  private func readAny(_ record: String) throws {
    let file = try TraceFile(
      ByteStorage(copying: Array(record.utf8)), path: "trace", tensor: nil, lookup: TextVocabulary.lookup)
    for index in file.entries.indices { _ = try file.trace(at: index) }
  }
}

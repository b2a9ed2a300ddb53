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
}

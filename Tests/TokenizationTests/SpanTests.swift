import TestSupport
import Testing

@testable import Tokenization

@Suite struct SpanTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `the places of tokens are their bytes, one behind the other`(seed: UInt64) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: .cl100k)
    var generator = SplitMix64(seed: seed)
    let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let spans = tokenizer.spans(of: bytes)
    #expect(spans.map(\.id) == tokenizer.encode(bytes))
    #expect(spans.flatMap { bytes[$0.bytes] } == bytes)
    for span in spans {
      #expect(tokenizer.vocabulary.bytes(of: span.id).map(Array.init) == Array(bytes[span.bytes]))
    }
  }

  @Test func `a byte without a token belongs to no place`() throws {
    // SmolLM2 has no token for byte 4: "a" at 0, "b" at 2.
    let spans = try Tokenizer(contentsOf: Fixture.sample).spans(of: Array("a\u{4}b".utf8))
    #expect(spans.map(\.bytes) == [0..<1, 2..<3])
  }

  @Test func `an added token has its place`() throws {
    let spans = try Tokenizer(contentsOf: Fixture.sample).spans(of: Array("é<|im_end|>".utf8))
    #expect(spans.last == Tokenizer.Span(id: TokenID(2), bytes: 2..<12))
  }
}

import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenizerTests {
  private func tokenIDs(_ numbers: [Int]) -> [TokenID] { numbers.map { TokenID(Int32($0)) } }

  @Test func `SmolLM2 gives the ids of the reference`() throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    let fixture = try Fixture.json("smollm2.json")
    let parsed = try Fixture.cases(fixture["parsed"])
    #expect(parsed.count > 1000)
    for (text, expected) in parsed {
      #expect(tokenizer.encode(text) == tokenIDs(expected), "\(TokenText(text))")
    }
    let plain = try Fixture.cases(fixture["plain"])
    #expect(!plain.isEmpty)
    for (text, expected) in plain {
      #expect(tokenizer.encode(text, special: .text) == tokenIDs(expected), "\(TokenText(text))")
    }
  }

  @Test(arguments: [SplitPattern.Name.gpt2, .cl100k, .qwen2, .qwen35, .o200k, .tekken])
  func `ranks give the ids of the reference`(name: SplitPattern.Name) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: name)
    let cases = try Fixture.cases(Fixture.json("ranks.json")["patterns"]?[name.rawValue])
    #expect(cases.count > 50)
    for (text, expected) in cases {
      #expect(tokenizer.encode(text) == tokenIDs(expected), "\(TokenText(text))")
    }
  }

  @Test(arguments: SplitPattern.Name.allCases, 0..<20 as Range<UInt64>)
  func `decoding gives any bytes back`(name: SplitPattern.Name, seed: UInt64) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: name)
    var generator = SplitMix64(seed: seed)
    for length in [0, 1, 2, 5, 100, 1000] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(try tokenizer.decode(tokenizer.encode(bytes)) == bytes)
    }
  }

  @Test func `a byte without a token is dropped, as the reference drops it`() throws {
    // SmolLM2 has no token for byte 4.
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    #expect(tokenizer.encode("a\u{4}b") == tokenizer.encode("a") + tokenizer.encode("b"))
  }

  @Test func `an id without a token is named`() throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    #expect(throws: TokenDecoder.UnknownToken(id: TokenID(50_000), count: 49_152)) {
      try tokenizer.decode([TokenID(50_000)])
    }
  }
}

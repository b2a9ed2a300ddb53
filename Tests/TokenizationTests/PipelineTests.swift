import Testing

@testable import Tokenization

@Suite struct PipelineTests {
  @Test func `every part of tokenizer.json does what the reference's does`() throws {
    let cases = try #require(Fixture.json("pipelines.json")["cases"]?.elements)
    #expect(cases.count > 40)
    for entry in cases {
      let name = try #require(entry["name"]?.text)
      let tokenizer = try TokenizerJSONFile(try #require(entry["tokenizer"]), file: name).tokenizer()
      for (text, expected) in try Fixture.cases(entry["texts"]) {
        let ids = tokenizer.encode(text).map { Int($0.rawValue) }
        #expect(ids == expected, "\(name): \(TokenText(text))")
        #expect(
          tokenizer.spans(of: text).map { Int($0.id.rawValue) } == expected, "\(name): \(TokenText(text))")
      }
    }
  }

  @Test func `composed text is found at the bytes it was made from`() throws {
    // "e" and the accent, three bytes, become one character; "x" follows at 3.
    let cases = try #require(Fixture.json("pipelines.json")["cases"]?.elements)
    let composed = try #require(cases.first { $0["name"]?.text == "NFC" }?["tokenizer"])
    let spans = try TokenizerJSONFile(composed, file: "").tokenizer().spans(of: Array("e\u{301}x".utf8))
    #expect(spans.map(\.bytes) == [0..<3, 0..<3, 3..<4])
  }
}

import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenTextTests {
  @Test(arguments: [
    (" Wait", "·Wait"), ("\n\n", "↵↵"), ("\tx", "→x"), ("a b ", "a·b·"), ("\\", "\\\\"), ("é", "é"),
    ("世界", "世界"),
    ("·", "\\xC2\\xB7"), ("\u{1B}[31m", "\\x1B[31m"), ("\u{202E}", "\\xE2\\x80\\xAE"),
    ("\u{200B}", "\\xE2\\x80\\x8B"),
    ("\u{301}", "\\xCC\\x81"), ("e\u{301}", "e\u{301}"), ("\r", "\\x0D"), ("\u{A0}", "\\xC2\\xA0"),
    ("\u{7F}", "\\x7F"),
    ("\u{3164}", "\\xE3\\x85\\xA4"), ("❤\u{FE0F}", "❤\\xEF\\xB8\\x8F"), ("\u{E000}", "\\xEE\\x80\\x80"),
  ])
  func `tokens are shown as people know them`(text: String, shown: String) {
    #expect(Array(TokenText(text.utf8).shown.utf8) == Array(shown.utf8))
  }

  @Test func `part of a character is shown by its bytes`() {
    #expect(TokenText([0xE4, 0xB8]).shown == "\\xE4\\xB8")
    #expect(TokenText([0x20, 0xFF]).shown == "·\\xFF")
    #expect(TokenText([]).shown == "")
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `nothing is lost`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let bytes = (0..<40).flatMap { _ -> [UInt8] in
      if Bool.random(using: &generator) { return [UInt8.random(in: 0...255, using: &generator)] }
      let point = UInt32.random(in: 0..<0x3000, using: &generator)
      return Unicode.Scalar(point).map { Array(String($0).utf8) } ?? []
    }
    #expect(TokenText.bytes(of: TokenText(bytes).shown) == bytes)
  }

  @Test func `every scalar is shown without control and comes back`() {
    for point in 0..<UInt32(GeneralCategory.codePoints) {
      guard let scalar = Unicode.Scalar(point) else { continue }
      let bytes = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      let shown = TokenText(bytes).shown
      let isClean = shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
      if !isClean || TokenText.bytes(of: shown) != bytes { Issue.record("U+\(String(point, radix: 16))") }
    }
  }

  @Test func `a backslash that begins no escape is not read`() {
    #expect(TokenText.bytes(of: "\\q") == nil)
    #expect(TokenText.bytes(of: "\\x4") == nil)
    #expect(TokenText.bytes(of: "\\") == nil)
  }
}

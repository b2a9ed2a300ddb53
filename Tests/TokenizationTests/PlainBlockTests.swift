import TestSupport
import Testing

@testable import Tokenization

@Suite struct PlainBlockTests {
  /// The ends of the pieces from the first byte on, one bit after the other.
  private func ends(_ text: String, _ rules: PlainBlock.Rules = .later(digits: 3, [])) -> [Int] {
    // What follows is unclear, and the byte before it undecided.
    let filled = text + String(repeating: "\0", count: 64)
    return AlignedText(Array(filled.utf8), offset: 0).withScanText { text in
      let bits = PlainBlock(at: 0, in: text).ends(rules).ends
      return (0..<64).filter { bits >> UInt64($0) & 1 == 1 }
    }
  }

  @Test func `words end at spaces, signs, numbers and newlines`() {
    #expect(ends("The cat sat. On it") == [3, 7, 11, 12, 15])
    #expect(ends("a(b)[c]) 12 x1y22z") == [1, 3, 5, 6, 8, 9, 11, 13, 14, 15])
    #expect(ends("  the  cat \n sat\n\nx") == [1, 5, 6, 10, 12, 16])
  }

  @Test func `newlines go with the signs before them`() {
    #expect(ends("a.\n\n b !\r\nc") == [1, 4, 6])
    #expect(ends("a.\n\n b !\r\nc", .gpt2) == [1, 2, 4, 6, 8, 9])
  }

  @Test func `numbers have at most so many digits`() {
    #expect(ends("1234567 12 x") == [3, 6, 7, 8, 10])
    #expect(ends("1234567 12 x", .later(digits: 1, [])) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(ends("1234567 12 x", .gpt2) == [7, 10])
  }

  @Test func `capitals begin a piece where the family says so`() {
    #expect(ends("someXMLText here") == [11])
    #expect(ends("someXMLText here", .later(digits: 3, .capitals)) == [4, 11])
  }

  @Test func `a contraction, a control and what is not ASCII are left to the scanner`() {
    #expect(ends("it is don't do") == [2, 5])
    #expect(ends("it is ('a) do") == [2, 5, 8, 9, 10])
    #expect(ends("a b \u{1} c d") == [1])
    #expect(ends("a b é c d") == [1])
  }

  @Test func `an indent in front of another newline is left to the scanner`() {
    #expect(ends("a b\n  c\n  \nd e f") == [1, 3, 4, 5])
    #expect(ends("a b\n" + String(repeating: " ", count: 80) + "c") == [1])
  }

  @Test
  func `slashes behind newlines and white space before numbers are left to the scanner where they count`() {
    #expect(ends("a b;\n//c d") == [1, 3, 5, 7, 8])
    #expect(ends("a b;\n//c d", .later(digits: 3, .slashes)) == [1, 3])
    #expect(ends("a b  1 c d") == [1, 3, 4, 5, 6, 8])
    #expect(ends("a b  1 c d", .later(digits: 3, .numbersApart)) == [1])
  }

  @Test func `it is told whether all bytes were plain`() {
    let texts = [String(repeating: "ab ", count: 30), String(repeating: "ab ", count: 20) + "é cd"]
    let plain = texts.map { text in
      AlignedText(Array(text.utf8), offset: 0).withScanText {
        PlainBlock(at: 0, in: $0).ends(.later(digits: 3, [])).isPlain
      }
    }
    #expect(plain == [true, false])
  }

  @Test(.enabled(if: PlainBlock.readsCharacters, "takes AVX2 and BMI2"))
  func `characters beyond ASCII are read as such`() {
    func ends(_ text: String, _ rules: PlainBlock.Rules) -> [Int] {
      let filled = text + String(repeating: "\0", count: 80)
      return AlignedText(Array(filled.utf8), offset: 0).withScanText { text in
        let bits = PlainBlock(charactersAt: 0, in: text, rules).ends(rules).ends
        return (0..<64).filter { bits >> UInt64($0) & 1 == 1 }
      }
    }
    let rules = PlainBlock.Rules.later(digits: 3, [])
    #expect(ends("он сказал: «да»\n", rules) == [4, 17, 18, 21, 25])
    #expect(ends("世界、人民\u{3000}世 ٣٣٣٣ x", rules) == [6, 15, 21, 22, 28, 30])
    #expect(ends("a e\u{301}b c", rules) == [1, 3, 6])
    #expect(ends("a e\u{301}b c", .later(digits: 3, .marks)) == [1, 6])
    #expect(ends("a иЫ б c", .later(digits: 3, [.capitals, .marks])) == [1, 4, 6, 9])
    #expect(ends("a 世Ы б c", .later(digits: 3, [.capitals, .marks])) == [1])
  }

  /// Blocks of every kind against the scanner, which looks at one character after the other.
  @Test(arguments: SplitPattern.Name.allCases, 0..<80 as Range<UInt64>)
  func `an encoder cuts as the scanner alone does`(name: SplitPattern.Name, seed: UInt64) throws {
    let characters = [
      "a", "bc", "D", "Ef", " ", " ", " ", "  ", "\n", "\n", "\r\n", "\t", "1", "234", "'", "s", "ll", "!",
      "/",
      "_(", "é", "É", "世", "ы", "Ы", "ب", "٣", "،", "“", "👍", "\u{301}", "\u{3000}", "\u{A0}", "\u{17F}",
      "\u{1C5}", "\u{2B0}", "\u{200D}", "\u{FFFF}", "\u{10FFFF}", "\u{1}", "\u{7F}", "word", " of", "世界人民",
    ]
    // What is not UTF-8: leads alone, a rest alone, a surrogate, beyond the last code point, an overlong form.
    let broken: [[UInt8]] = [
      [0xC3], [0xE4, 0xB8], [0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF],
      [0xE0, 0x80, 0xAF],
    ]
    let parts = characters.map { Array($0.utf8) } + broken
    // Few kinds of parts in one text, many in the next: runs of all lengths.
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: name)
    var generator = SplitMix64(seed: seed)
    let chosen = (0..<Int(seed % 20) + 2).map { _ in parts.randomElement(using: &generator) ?? [] }
    let text = (0..<1500).flatMap { _ in chosen.randomElement(using: &generator) ?? [] }
    #expect(tokenizer.encode(text) == tokenizer.spans(of: text).map(\.id))
  }
}

import TestSupport
import Testing

@testable import Tokenization

@Suite struct WordBlockTests {
  /// The ends of the words from an index on, one bit after the other.
  private func ends(_ text: String, from index: Int = 0, _ letters: WordBlock.Letters = .ascii) -> [Int] {
    AlignedText(Array(text.utf8), offset: 0).withScanText { text in
      var block = WordBlock(letters)
      let bits = block.ends(from: index, in: text)
      return (0..<64).filter { bits >> UInt64($0) & 1 == 1 }
    }
  }

  private let filling = String(repeating: ".", count: 64)

  @Test func `words end at the spaces between them, and the last one is left open`() {
    #expect(ends("The cat sat. On" + filling) == [3, 7])
    #expect(ends(" the cat  sat" + filling) == [4])
    #expect(ends("the 1 cat" + filling) == [])
    #expect(ends("thé cat" + filling) == [])
    #expect(ends("  the cat" + filling) == [])
    #expect(ends("the cat\nsat on it" + filling) == [3])
    #expect(ends("the cat's tail" + filling) == [3])
  }

  @Test func `a capital is no letter where case counts`() {
    #expect(ends("the cat sat On it now" + filling, .small) == [3, 7])
    #expect(ends("The cat" + filling, .small) == [])
  }

  @Test func `a block that the text does not fill has no words`() {
    #expect(ends("the cat sat") == [])
    #expect(ends(String(repeating: "a ", count: 31) + "ab") == (0..<31).map { 2 * $0 + 1 })
    #expect(ends(String(repeating: "a ", count: 31) + "a") == [])
  }

  @Test(arguments: SplitPattern.Name.allCases, 0..<20 as Range<UInt64>)
  func `an encoder cuts as the scanner alone does`(name: SplitPattern.Name, seed: UInt64) throws {
    let parts = [
      "a", "bc", "D", "Ef", " ", " ", " ", " ", "  ", "\n", "1", "'s", "!", "é", "世", "\u{301}", "word",
      " of",
    ]
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: name)
    var generator = SplitMix64(seed: seed)
    let text = (0..<400).flatMap { _ in Array((parts.randomElement(using: &generator) ?? "").utf8) }
    #expect(tokenizer.encode(text) == tokenizer.spans(of: text).map(\.id))
  }
}

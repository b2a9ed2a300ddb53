import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// Bytes of any kind. `TOKENSHIFT_FUZZ_TEXTS` says how many texts there are per pattern, 40 where it does not;
/// `tokenize-bench fuzz` does the same with whole vocabularies, for as long as it is let.
@Suite struct FuzzTests {
  private static let count =
    ProcessInfo.processInfo.environment["TOKENSHIFT_FUZZ_TEXTS"].flatMap { Int($0) } ?? 40

  /// What texts are made of, besides noise.
  private static let units = [
    "a", "The", " ", "  ", "\n", "\r\n", "'s", "'ſ", "1", "²", "é", "e\u{301}", "世", "らり", "한", "ผ", "👍",
    "\u{3000}",
    "\u{85}", "/", "!", "\0", "<|endoftext|>", "－",
  ]

  private func text(using generator: inout SplitMix64) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0..<40, using: &generator) {
      let unit = Array((Self.units.randomElement(using: &generator) ?? "").utf8)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes.append(UInt8.random(in: 0...255, using: &generator))
      case 1: for _ in 0..<Int.random(in: 1...80, using: &generator) { bytes += unit }
      case 2: bytes += unit.dropLast()
      default: bytes += unit
      }
    }
    return bytes
  }

  @Test(arguments: SplitPattern.Name.allCases)
  func `decoding gives the text back, and memory of other texts changes nothing`(name: SplitPattern.Name)
    throws
  {
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: name)
    let encoder = TokenEncoder(tokenizer)
    for seed in 0..<UInt64(Self.count) {
      var generator = SplitMix64(seed: seed)
      let bytes = text(using: &generator)
      let ids = encoder.encode(bytes)
      #expect(try tokenizer.decode(ids) == bytes, "seed \(seed)")
      #expect(ids == tokenizer.spans(of: bytes).map(\.id), "seed \(seed)")
    }
  }
}

import TestSupport
import Testing

@testable import Tokenization

@Suite struct SeamsTests {
  /// Where a text falls apart.
  private func parts(_ text: [UInt8], _ seams: Seams) -> [Int] {
    AlignedText(text, offset: 0).withScanText { text in
      var parts: [Int] = []
      var start = 0
      while start < text.count {
        let cut = seams.first(after: start, before: text.count, in: text)
        parts.append(cut - start)
        start = cut
      }
      return parts
    }
  }

  @Test func `a piece falls apart where no token reaches across`() {
    let seams = Seams(["世界", "界", "人", "x"].map { Array($0.utf8)[...] })
    // The last bytes of a text are not looked at: two more are read than matter.
    #expect(parts(Array("世界人人xyz".utf8), seams) == [6, 3, 6])
    #expect(parts(Array("世界世界xyz".utf8), seams) == [6, 9])
    #expect(parts(Array("abcdefghijklmnop".utf8), seams) == [16])
    #expect(parts(Array("приветпривет".utf8), seams) == [4, 4, 4, 4, 8])
    let crossed = Seams(["прив", "ет", "тп"].map { Array($0.utf8)[...] })
    #expect(parts(Array("приветприветxyz".utf8), crossed) == [8, 12, 7])
  }

  @Test func `a token that reaches across with part of a character is seen`() {
    let text = Array("世界人xyz".utf8)
    for token in [text[2..<4], text[1..<4], text[2..<5], text[1..<5], text[0..<4], text[0..<5], text[0..<6]] {
      #expect(parts(text, Seams([token])) == [6, 6], "\(token)")
    }
    #expect(parts(text, Seams([ArraySlice<UInt8>]())) == [3, 3, 6])
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `places in a block are three bytes from the ends of long pieces`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    // Never the first, which no piece ends before, and fewer from seed to seed.
    let ends = (0..<seed % 6).reduce(UInt64.max) { ends, _ in ends & generator.next() } & ~1
    var expected: UInt64 = 0
    var start = 0
    for end in 0..<64 where ends >> UInt64(end) & 1 == 1 {
      if end - start > KnownPieces.lengthLimit {
        for place in start + 3...end - 3 { expected |= 1 << UInt64(place) }
      }
      start = end
    }
    #expect(Seams.places(inPiecesThatEndAt: ends) == expected, "\(ends)")
  }

  /// Characters that share bytes, so that tokens meet in many ways.
  private func text(count: Int, using generator: inout SplitMix64) -> [UInt8] {
    let characters = ["世", "丗", "界", "ら", "り", "ผ", "a", "é", "а", "А", "р", "ѐ", "👍", "\u{FFFD}"]
    return (0..<count).flatMap { _ in Array((characters.randomElement(using: &generator) ?? "").utf8) }
  }

  /// Bytes of which hardly any make a character.
  private func bytes(count: Int, using generator: inout SplitMix64) -> [UInt8] {
    let bytes: [UInt8] = [0xD0, 0x90, 0xD1, 0x80, 0xE4, 0xB8, 0x96, 0xF0, 0x61]
    return (0..<count).map { _ in bytes.randomElement(using: &generator) ?? 0 }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `no token lies across a seam`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let text = seed % 2 == 0 ? text : bytes
    let source = text(40, &generator)
    let tokens = (0..<6).map { _ in
      let start = Int.random(in: 0..<source.count - 9, using: &generator)
      return source[start..<start + Int.random(in: 1...9, using: &generator)]
    }
    let seams = Seams(tokens)
    let both = source + text(40, &generator)
    var place = 0
    for length in parts(both, seams).dropLast() {
      place += length
      for token in tokens {
        for start in max(0, place - token.count + 1)..<place where start + token.count <= both.count {
          #expect(!both[start..<start + token.count].elementsEqual(token), "\(place)")
        }
      }
    }
  }

  /// 256 bytes, some characters and words of them, one of which merging does not arrive at.
  private func tokenizer() throws -> Tokenizer {
    var tokens = (0...255).map { [UInt8($0)] }
    for text in ["世", "世世", "ら", "らり", "ผ", "人世", "ééé", "世界人", "а", "ар", "рАр"] {
      let bytes = Array(text.utf8)
      if text.count == 1 { tokens.append(Array(bytes.dropLast())) }
      tokens.append(bytes)
    }
    let ranked = RankedTokens(file: "ranks", tokens: tokens.enumerated().map { (TokenID(Int32($0)), $1) })
    return try ranked.tokenizer([.family(SplitPattern(.cl100k))], addedTokens: [])
  }

  @Test func `a part that is a token is merged all the same`() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.encode("世界人").count == 1)
    let text = Array("りり世界人りりりり".utf8)
    #expect(tokenizer.encode(text) == tokenizer.spans(of: text).map(\.id))
    #expect(!tokenizer.encode(text).contains(tokenizer.encode("世界人")[0]))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `a text has the ids that whole pieces have`(seed: UInt64) throws {
    let tokenizer = try tokenizer()
    var generator = SplitMix64(seed: seed)
    let encoder = TokenEncoder(tokenizer)
    for count in [1, 5, 30, 300] {
      let text = text(count: count, using: &generator)
      #expect(encoder.encode(text) == tokenizer.spans(of: text).map(\.id))
    }
  }
}

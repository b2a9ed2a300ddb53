import Foundation
import Tokenization

extension TokenizeBench {
  /// Ends the program where a text encoded in parts, in memory or from a file, has other ids than the whole.
  static func compareParts(_ tokenizer: Tokenizer, _ file: String) async throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let whole = TokenEncoder(tokenizer).encode(bytes, special: .text)
    guard await tokenizer.encode(bytes, special: .text, threads: 2) == whole else {
      print("\(file): the ids of two threads differ from those of one")
      exit(1)
    }
    for size in [1009, 65_537, 1 << 20] {
      var ids: [TokenID] = []
      try tokenizer.encode(
        contentsOf: file, special: .text, threads: 2, chunkSize: size, transform: { $0 }
      ) { ids += $0 }
      guard ids == whole else {
        print("\(file): the ids of parts of \(size) bytes differ from those of the whole")
        exit(1)
      }
    }
    print("\(file) parts agree on \(whole.count) tokens")
  }

  /// The seconds that texts take which are one thing again and again, and how many times those of half the
  /// size: 2 where time grows as the text does.
  static func growth(_ tokenizer: Tokenizer, size: Int) {
    let units = [
      "letter": "a", "letters": "ab", "capital": "A", "accented": "é", "Han": "世", "Hangul": "한", "Thai": "ก",
      "emoji": "👍", "family": "👨‍👩‍👧", "space": " ", "newline": "\n", "wide space": "\u{3000}", "digit": "1",
      "mark": "\u{301}", "sign": "!", "quotes": "'s", "words": "a 1\n世👍!  é", "zero": "\0",
    ]
    for (name, unit) in units.sorted(by: { $0.key < $1.key }) {
      let seconds = [size / 2, size].map { size in
        let text = Array(String(repeating: unit, count: size / unit.utf8.count).utf8)
        // The best of three, each by an encoder that has met nothing.
        return (0..<3).reduce(Double.infinity) { best, _ in
          let start = processSeconds()
          _ = tokenizer.encode(text, special: .text)
          return min(best, processSeconds() - start)
        }
      }
      print("\(name) \(seconds[1]) s, \(seconds[1] / seconds[0]) times half of it")
    }
  }

  /// Encodes random bytes for some seconds and ends the program where decoding does not give them back, or
  /// where an encoder that has met other texts gives other ids than a new one.
  static func fuzz(_ tokenizer: Tokenizer, seconds: Double, seed: UInt64) throws {
    let start = ContinuousClock.now
    let encoder = TokenEncoder(tokenizer)
    var generator = LinearGenerator(state: seed)
    var texts = 0
    var total = 0
    while ContinuousClock.now - start < .seconds(seconds) {
      let bytes = text(using: &generator, tokenizer.vocabulary)
      let ids = encoder.encode(bytes, special: texts % 2 == 0 ? .parse : .text)
      let isSame = texts % 64 != 0 || ids == tokenizer.encode(bytes)
      guard try tokenizer.decode(ids) == bytes, isSame else {
        print("seed \(seed), text \(texts): \(bytes)")
        exit(1)
      }
      texts += 1
      total += bytes.count
    }
    print("\(texts) texts of \(total) bytes came back")
  }

  /// Runs of bytes of any kind: noise, UTF-8, pieces of the vocabulary, one thing again and again.
  private static func text(using generator: inout LinearGenerator, _ vocabulary: Vocabulary) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      let count = Int.random(in: 1...24, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes += (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      case 1: bytes += (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &generator) }
      case 2:
        for _ in 0..<count {
          let point = UInt32.random(in: 0..<0x3_0000, using: &generator)
          bytes += Array(String(Unicode.Scalar(point) ?? "\u{FFFD}").utf8)
        }
      case 3:
        let piece = [" ", "\n", "'s", "1", "é", "世", "👍", "a"].randomElement(using: &generator) ?? " "
        bytes += Array(String(repeating: piece, count: count * count).utf8)
      default:
        for _ in 0..<count {
          let id = TokenID(Int32.random(in: 0..<Int32(vocabulary.count), using: &generator))
          bytes += vocabulary.bytes(of: id) ?? []
        }
      }
    }
    return bytes
  }
}

/// Numbers that a seed gives again.
private struct LinearGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let mixed = (state ^ state >> 33) &* 0xC2B2_AE3D_27D4_EB4F
    return mixed ^ mixed >> 29
  }
}

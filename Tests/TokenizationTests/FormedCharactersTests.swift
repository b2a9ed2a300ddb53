import TestSupport
import Testing

@testable import Tokenization

@Suite struct FormedCharactersTests {
  /// Two of a kind share their first byte, and some their last.
  private static let characters = ["п", "р", "ӏ", "é", "世", "丗", "ら", "り", "a"]
  private static let letters = Set(characters.flatMap(\.utf8)).sorted()
  private static let byteTokens = (0..<256).map { byte in
    Int32(letters.firstIndex(of: UInt8(byte)) ?? -1)
  }

  /// Rules that make tokens of some characters, among others that know nothing of characters.
  private static func rules(using generator: inout SplitMix64) -> RandomMerges {
    var rules = RandomMerges(letters: letters)
    for character in characters.shuffled(using: &generator) {
      let bytes = character.utf8.compactMap { letters.firstIndex(of: $0) }
      if Bool.random(using: &generator) {
        _ = bytes.dropFirst().reduce(bytes[0]) { rules.add($0, $1) }
      } else if bytes.count == 3 {
        rules.add(bytes[0], rules.add(bytes[1], bytes[2]))
      }
      for _ in 0..<Int.random(in: 0...3, using: &generator) { rules.addRandom(using: &generator) }
    }
    for _ in 0..<20 { rules.addRandom(using: &generator) }
    return rules
  }

  private static func formed(_ rules: RandomMerges) -> FormedCharacters {
    let tokens = rules.tokens.enumerated().map { (id: TokenID(Int32($0)), bytes: $1) }
    return FormedCharacters(Vocabulary(tokens: tokens), byteTokens, rules.table)
  }

  private static func symbols(_ piece: [UInt8], _ characters: FormedCharacters) -> [Int32] {
    var symbols = [Int32](repeating: -1, count: piece.count)
    let count = piece.withUnsafeBufferPointer { piece in
      symbols.withUnsafeMutableBufferPointer { symbols in
        symbols.baseAddress.map { characters.write(piece, byteTokens, to: $0) } ?? 0
      }
    }
    return Array(symbols[..<count])
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `merging that begins with characters comes to what merging bytes does`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let rules = Self.rules(using: &generator)
    let formed = Self.formed(rules)
    let encoding = BytePairEncoding(merges: rules.table)
    for _ in 0..<30 {
      // Mostly characters, now and then a byte alone.
      let piece = (0..<Int.random(in: 1...12, using: &generator)).flatMap { _ in
        Int.random(in: 0..<20, using: &generator) == 0
          ? [Self.letters.randomElement(using: &generator) ?? 0]
          : Array((Self.characters.randomElement(using: &generator) ?? "").utf8)
      }
      var begun = Self.symbols(piece, formed)
      #expect(begun.flatMap { rules.tokens[Int($0)] } == piece)
      encoding.merge(&begun)
      #expect(begun.map { rules.tokens[Int($0)] } == rules.slow.tokens(of: piece))
    }
  }

  @Test func `characters are begun with where rules allow`() {
    // п is 0xD0 0xBF and р is 0xD1 0x80.
    var rules = RandomMerges(letters: [0xD0, 0xBF, 0xD1, 0x80, 0x20])
    let (first, second) = (rules.add(0, 1), rules.add(2, 3))
    rules.add(first, second)
    let tokens = (0..<256).map { byte in Int32([0xD0, 0xBF, 0xD1, 0x80, 0x20].firstIndex(of: byte) ?? -1) }
    func symbols(_ text: String) -> [Int32] {
      let formed = FormedCharacters(
        Vocabulary(tokens: rules.tokens.enumerated().map { (id: TokenID(Int32($0)), bytes: $1) }), tokens,
        rules.table)
      var symbols = [Int32](repeating: -1, count: text.utf8.count)
      let count = Array(text.utf8).withUnsafeBufferPointer {
        formed.write($0, tokens, to: &symbols)
      }
      return Array(symbols[..<count])
    }
    #expect(symbols("п р") == [5, 4, 6])
    #expect(symbols("ппр") == [5, 5, 6])
    // A token of the space and half of р: where they meet, р is left in bytes.
    rules.add(4, 2)
    #expect(symbols("п рр") == [5, 4, 2, 3, 6])
    // The other half of п with half of р.
    rules.add(1, 2)
    #expect(symbols("ппр") == [5, 0, 1, 2, 3])
  }

  @Test func `a character that a rule wants before it is whole is left in bytes`() {
    // п п comes before the rule that makes п.
    var rules = RandomMerges(letters: [0xD0, 0xBF])
    rules.tokens += [[0xD0, 0xBF], [0xD0, 0xBF, 0xD0, 0xBF]]
    rules.merges = [(2, 2, merged: 3), (0, 1, merged: 2)]
    let tokens = (0..<256).map { byte in Int32([0xD0, 0xBF].firstIndex(of: byte) ?? -1) }
    let formed = FormedCharacters(
      Vocabulary(tokens: rules.tokens.enumerated().map { (id: TokenID(Int32($0)), bytes: $1) }), tokens,
      rules.table)
    var symbols = [Int32](repeating: -1, count: 4)
    let count = Array("пп".utf8).withUnsafeBufferPointer {
      formed.write($0, tokens, to: &symbols)
    }
    #expect(symbols[..<count] == [0, 1, 0, 1])
  }
}

import CTokenScan
import TestSupport
import Testing

@testable import Tokenization

@Suite struct MergeGroupTests {
  /// The tokens of pieces that are merged in groups, as bytes; a group is closed where it is full or `closes` says so.
  private func grouped(
    _ pieces: [[UInt8]], _ rules: RandomMerges, prepares: Bool = false, closing closes: () -> Bool
  ) -> [[[UInt8]]] {
    let bytes = (0..<256).map { byte in
      Int32(rules.tokens[..<rules.letters].firstIndex(of: [UInt8(byte)]) ?? -1)
    }
    var encoding = BytePairEncoding(merges: rules.table)
    encoding.prepareBytes(bytes)
    if prepares {
      encoding.prepareBeginning(
        Vocabulary(tokens: rules.tokens.enumerated().map { (TokenID(Int32($0)), $1) }), bytes)
    }
    var found: [[[UInt8]]] = Array(repeating: [], count: pieces.count)
    MergeGroup.withSpace { group in
      func finish() {
        group.finish(encoding.merges) { number, list in
          list.forEach { found[Int(number)].append(rules.tokens[Int($0)]) }
        }
      }
      for (number, piece) in pieces.enumerated() {
        let isASCII = piece.allSatisfy { $0 < 0x80 }
        // Every other one ends with the text; behind the others are bytes that would belong to a character.
        let behind = number % 2 == 0 ? 0 : Int(TOKENSCAN_READ)
        (piece + Array(repeating: 0x80, count: behind)).withUnsafeBufferPointer { text in
          group.add(
            UnsafeBufferPointer(rebasing: text[..<piece.count]), readable: text.count, isASCII: isASCII,
            number: Int32(number), encoding)
        }
        if group.isFull || closes() { finish() }
      }
      finish()
    }
    return found
  }

  @Test(arguments: 0..<120 as Range<UInt64>)
  func `pieces that take turns have the tokens of the definition`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let rules = RandomMerges(letters: 2 + Int(seed % 5), mergeCount: 60, using: &generator)
    let pieces = (0..<100).map { _ in
      (0..<Int.random(in: 1...MergeGroup.longest, using: &generator)).map { _ in
        UInt8.random(in: 0..<UInt8(rules.letters), using: &generator)
      }
    }
    // Groups of every size, full ones among them.
    let found = grouped(pieces, rules, prepares: seed % 2 == 0) {
      Int.random(in: 0..<24, using: &generator) == 0
    }
    #expect(found == pieces.map { rules.slow.tokens(of: $0) })
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `pairs of bytes among characters that are merged first do not change what comes out`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let characters = ["п", "р", "é", "世", "a", "b", "c", "d"].map { Array($0.utf8) }
    var rules = RandomMerges(letters: Set(characters.joined()).sorted())
    for character in characters.shuffled(using: &generator) where seed % 3 > 0 {
      let letters = character.compactMap { letter in rules.tokens.firstIndex(of: [letter]) }
      _ = letters.dropFirst().reduce(letters[0]) { rules.add($0, $1) }
      for _ in 0..<Int.random(in: 0...4, using: &generator) { rules.addRandom(using: &generator) }
    }
    // Most rules are for two letters, so that there is something to be merged first.
    for _ in 0..<30 {
      let letters = 0..<rules.letters
      rules.add(Int.random(in: letters, using: &generator), Int.random(in: letters, using: &generator))
      if Int.random(in: 0..<3, using: &generator) == 0 { rules.addRandom(using: &generator) }
    }
    let pieces = (0..<100).map { _ in
      (0..<Int.random(in: 1...10, using: &generator)).flatMap { _ in
        characters.randomElement(using: &generator) ?? []
      }
    }
    let found = grouped(pieces, rules, prepares: true) { false }
    #expect(found == pieces.map { rules.slow.tokens(of: $0) })
  }

  /// Leads without what they ask for, bytes that go on with nothing, forms longer than they must be, surrogates.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `what is no character is merged byte by byte`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let letters: [UInt8] = [0x61, 0x80, 0xA0, 0xBF, 0xC1, 0xC3, 0xD0, 0xE0, 0xE4, 0xED, 0xF0]
    var rules = RandomMerges(letters: letters)
    for _ in 0..<40 { rules.addRandom(using: &generator) }
    let pieces = (0..<200).map { _ in
      (0..<Int.random(in: 1...MergeGroup.longest, using: &generator)).map { _ in
        letters.randomElement(using: &generator) ?? 0
      }
    }
    let found = grouped(pieces, rules, prepares: true) { false }
    #expect(found == pieces.map { rules.slow.tokens(of: $0) })
  }

  @Test func `two bytes are merged first only where what takes one of them away comes later`() {
    // b c comes before a b where both are, and the tokens of "xab" are not those of "ab" before "x" is looked at.
    var rules = RandomMerges(letters: Array("abcx".utf8))
    let (bc, ab) = (rules.add(1, 2), rules.add(0, 1))
    rules.add(3, ab)
    rules.add(0, bc)
    let pieces = ["abc", "xabx", "xabc", "abab", "bcab"].map { Array($0.utf8) }
    let found = grouped(pieces, rules, prepares: true) { false }.map {
      $0.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(found == [["abc"], ["xab", "x"], ["x", "abc"], ["ab", "ab"], ["bc", "ab"]])
  }

  @Test func `a piece that is done early leaves the others their turns`() {
    // With the rules a a → b, b b → c, c c → d: one letter has none, fifteen take eleven turns.
    var generator = SplitMix64(seed: 0)
    var rules = RandomMerges(letters: 1, mergeCount: 0, using: &generator)
    for level in 0..<3 {
      rules.merges.append((level, level, merged: level + 1))
      rules.tokens.append(rules.tokens[level] + rules.tokens[level])
    }
    let pieces = [1, 15, 2, 8].map { [UInt8](repeating: 0, count: $0) }
    #expect(grouped(pieces, rules) { false }.map { $0.map(\.count) } == [[1], [8, 4, 2, 1], [2], [8]])
  }

  @Test func `a group has room for as many as it says`() {
    var encoding = BytePairEncoding(merges: MergeTable(capacity: 1))
    let bytes = Array(Int32(0)..<256)
    encoding.prepareBytes(bytes)
    MergeGroup.withSpace { group in
      let isFull = (1...MergeGroup.size).map { number in
        withUnsafePointer(to: UInt8(1)) {
          group.add(
            UnsafeBufferPointer(start: $0, count: 1), readable: 1, isASCII: true, number: Int32(number),
            encoding)
        }
        return group.isFull
      }
      #expect(isFull == (1...MergeGroup.size).map { $0 == MergeGroup.size })
    }
  }
}

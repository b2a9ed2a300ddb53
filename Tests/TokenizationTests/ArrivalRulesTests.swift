import TestSupport
import Testing

@testable import Tokenization

@Suite struct ArrivalRulesTests {
  /// A few letters as bytes, and words of them.
  private func vocabulary(
    letters: Int, words: Int, longest: Int, using generator: inout SplitMix64
  ) -> Vocabulary {
    var seen: Set<[UInt8]> = []
    let tokens =
      (0..<letters).map { [UInt8($0)] }
      + (0..<words).map { _ in
        (0..<Int.random(in: 2...longest, using: &generator)).map { _ in
          UInt8.random(in: 0..<UInt8(letters), using: &generator)
        }
      }
    return Vocabulary(
      tokens: tokens.filter { seen.insert($0).inserted }.shuffled(using: &generator).enumerated().map {
        (TokenID(Int32($0)), $1)
      })
  }

  /// A rule for every way to split a token into two.
  private func allRules(_ vocabulary: Vocabulary, priority: (TokenID) -> Int) -> [MergeTable.Rule] {
    vocabulary.ids.flatMap { id -> [MergeTable.Rule] in
      let bytes = Array(vocabulary.bytes(of: id) ?? [])
      return bytes.indices.dropFirst().compactMap { cut in
        guard let left = vocabulary.id(of: bytes[..<cut]), let right = vocabulary.id(of: bytes[cut...]) else {
          return nil
        }
        return MergeTable.Rule(
          left: left.rawValue, right: right.rawValue,
          outcome: MergeTable.Outcome(priority: UInt32(priority(id)), merged: id.rawValue))
      }
    }
  }

  private func tokensOfBytes(_ vocabulary: Vocabulary, letters: Int) -> [Int32] {
    (0..<256).map { $0 < letters ? vocabulary.id(of: [UInt8($0)])?.rawValue ?? -1 : -1 }
  }

  /// The rules of texts that are merged by a definition, as pairs of tokens.
  private func metPairs(_ piece: [UInt8], _ slow: SlowBPE) -> Set<[[UInt8]]> {
    var met: Set<[[UInt8]]> = []
    var tokens = piece.map { [$0] }
    while true {
      let pairs = zip(tokens, tokens.dropFirst()).map { [$0, $1] }
      met.formUnion(pairs.filter { slow.priorities[$0] != nil })
      let places = pairs.indices.filter { slow.priorities[pairs[$0]] != nil }
      guard
        let best = places.min(by: {
          (slow.priorities[pairs[$0]] ?? 0, $0) < (slow.priorities[pairs[$1]] ?? 0, $1)
        })
      else { return met }
      tokens[best...best + 1] = [tokens[best] + tokens[best + 1]]
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `texts meet no other rule, and have the tokens that all rules lead to`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let letters = 2 + Int(seed % 3)
    let vocabulary = vocabulary(
      letters: letters, words: 60, longest: seed % 2 == 0 ? 6 : 45, using: &generator)
    let bytes = tokensOfBytes(vocabulary, letters: letters)
    let all = allRules(vocabulary) { Int($0.rawValue) }
    let few = ArrivalRules(vocabulary, bytes: bytes) { _, _, token in
      MergeTable.Outcome(priority: UInt32(token.rawValue), merged: token.rawValue)
    }.table
    #expect(few.count <= vocabulary.count - letters)
    func text(_ token: Int32) -> [UInt8] { Array(vocabulary.bytes(of: TokenID(token)) ?? []) }
    let slow = SlowBPE(
      priorities: Dictionary(
        all.map { ([text($0.left), text($0.right)], Int($0.outcome.priority)) }, uniquingKeysWith: { $1 }))
    let encoding = BytePairEncoding(merges: few)
    for _ in 0..<40 {
      let piece = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
        UInt8.random(in: 0..<UInt8(letters), using: &generator)
      }
      var symbols = piece.map { bytes[Int($0)] }
      encoding.merge(&symbols)
      #expect(symbols.map(text) == slow.tokens(of: piece))
      for pair in metPairs(piece, slow) {
        let ids = pair.map { vocabulary.id(of: $0)?.rawValue ?? -1 }
        #expect(few.outcome(ids[0], ids[1]) != .nothing)
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `rules with an order of their own lead to the same tokens`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let vocabulary = vocabulary(letters: 3, words: 80, longest: 7, using: &generator)
    let bytes = tokensOfBytes(vocabulary, letters: 3)
    var all = allRules(vocabulary) { _ in 0 }.shuffled(using: &generator)
    for place in all.indices { all[place].outcome.priority = UInt32(place) }
    let table = MergeTable(all)
    let few = ArrivalRules(vocabulary, bytes: bytes) { left, right, _ in table.outcome(left, right) }.table
    #expect(few.count < table.count)
    for _ in 0..<100 {
      var symbols = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
        bytes[Int.random(in: 0..<3, using: &generator)]
      }
      var expected = symbols
      BytePairEncoding(merges: few).merge(&symbols)
      BytePairEncoding(merges: table).merge(&expected)
      #expect(symbols == expected)
    }
  }

  @Test func `of Llama 3's kind, a token made of later ones has its rule`() {
    // "abc" comes before "bc" and is made of it all the same: "ab" is no token.
    let tokens: [[UInt8]] = [[0], [1], [2], [0, 1, 2], [1, 2]]
    let vocabulary = Vocabulary(tokens: tokens.enumerated().map { (TokenID(Int32($0)), $1) })
    let table = ArrivalRules(vocabulary, bytes: tokensOfBytes(vocabulary, letters: 3)) { _, _, token in
      MergeTable.Outcome(priority: UInt32(token.rawValue), merged: token.rawValue)
    }.table
    #expect(table.outcome(0, 4) == MergeTable.Outcome(priority: 3, merged: 3))
    #expect(table.count == 2)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a token of a megabyte takes no longer than its bytes`() throws {
    let long = Array(repeating: Array("\u{2581}a b".utf8), count: 200_000).flatMap { $0 }
    let tokens = (0...255).map { [UInt8($0)] } + [long, Array(long.dropLast(7))]
    let ranked = RankedTokens(file: "ranks", tokens: tokens.enumerated().map { (TokenID(Int32($0)), $1) })
    let tokenizer = try ranked.tokenizer([.family(SplitPattern(.cl100k))], addedTokens: [])
    #expect(tokenizer.model.encoding.merges.count == 0)
    let pieces = ScoredPieces(
      file: "pieces",
      pieces: tokens.map { ScoredPieces.Piece(text: $0, score: 0, kind: .normal) })
    #expect(try pieces.tokenizer().vocabulary.count == tokens.count)
  }
}

/// For every token that merging arrives at the one rule by which it does: the only rules that merging ever meets.
///
/// A rank file lets two neighbours merge whenever the bytes of both are a token, which makes two or three rules for
/// every token; so do the merges of some `tokenizer.json`. All but one of them are dead, and would only fill the
/// cache.
///
/// Say that two neighbours `a b` in a text have a rule. No merge before has reached across the outer borders of the
/// two, because symbols are never parted again. Each merge within them was the first of all pairs of the text when it
/// was done, and so the first of the pairs within: they are the same merges, in the same order, as those of the bytes
/// of `a b` alone, and these come to `a b`, too. So for the bytes of a token there is one such pair or none, and
/// merging them by the rules for shorter tokens comes to it.
struct ArrivalRules {
  private(set) var table: MergeTable
  private let vocabulary: Vocabulary
  private let bytes: [Int32]

  /// How many tokens are merged in turns.
  private static let turns = 32

  /// The rules for the tokens of a vocabulary.
  ///
  /// - Parameters:
  ///   - bytes: The tokens of the bytes.
  ///   - outcome: The rule for two symbols that have the bytes of a token.
  init(
    _ vocabulary: Vocabulary, bytes: [Int32],
    outcome: (_ left: Int32, _ right: Int32, _ token: TokenID) -> MergeTable.Outcome
  ) {
    self.vocabulary = vocabulary
    self.bytes = bytes
    let tokens = vocabulary.ordinaryTokensByLength
    table = MergeTable(capacity: tokens.count)
    var rest = tokens.drop { vocabulary.length(of: $0) < 2 }
    while let first = rest.first {
      // Those of one length need no rule for each other.
      let length = vocabulary.length(of: first)
      let group = rest.prefix(Self.turns).prefix { vocabulary.length(of: $0) == length }
      for (token, left, right) in lastPairs(of: group, length: length) {
        let rule = MergeTable.Rule(left: left, right: right, outcome: outcome(left, right, token))
        // Of two tokens with the same bytes the first holds.
        if rule.outcome != .nothing, table.outcome(left, right) == .nothing { table.insert(rule) }
      }
      rest = rest.dropFirst(group.count)
    }
  }

  /// The two symbols that tokens of a length are merged into, for those of which two are left.
  private func lastPairs(
    of tokens: ArraySlice<TokenID>, length: Int
  ) -> [(token: TokenID, left: Int32, right: Int32)] {
    guard length <= PackedMerge.limit, table.canBePacked else {
      return tokens.compactMap { lastPair(of: $0) }
    }
    var pairs: [(token: TokenID, left: Int32, right: Int32)] = []
    let space = tokens.count * PackedMerge.byteCount
    withUnsafeTemporaryAllocation(byteCount: space, alignment: 64) { space in
      guard let space = space.baseAddress else { return }
      let lists = tokens.enumerated().map { place, token in
        let list = PackedMerge(in: space + place * PackedMerge.byteCount)
        vocabulary.withBytes(of: token) { token in
          for index in 0..<length { list.symbols[index] = bytes[Int(token[index])] }
        }
        list.begin(count: length, table)
        return list
      }
      PackedMerge.run(space, count: lists.count, table)
      for (token, list) in zip(tokens, lists) {
        if let (left, right) = list.pair { pairs.append((token, left, right)) }
      }
    }
    return pairs
  }

  private func lastPair(of token: TokenID) -> (token: TokenID, left: Int32, right: Int32)? {
    var symbols = vocabulary.bytes(of: token)?.map { bytes[Int($0)] } ?? []
    BytePairEncoding(merges: table).merge(&symbols)
    return symbols.count == 2 ? (token, symbols[0], symbols[1]) : nil
  }
}

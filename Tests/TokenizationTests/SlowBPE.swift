/// Byte-pair encoding by its definition: look at every pair, merge the best, begin again.
struct SlowBPE {
  /// Lower merges first.
  var priorities: [[[UInt8]]: Int]

  /// The tokens of a piece, as bytes.
  func tokens(of piece: [UInt8]) -> [[UInt8]] {
    var tokens = piece.map { [$0] }
    while let best = bestPair(in: tokens) {
      tokens[best...best + 1] = [tokens[best] + tokens[best + 1]]
    }
    return tokens
  }

  /// The place of the leftmost pair with the lowest priority.
  private func bestPair(in tokens: [[UInt8]]) -> Int? {
    let places = tokens.indices.dropLast().filter { priorities[[tokens[$0], tokens[$0 + 1]]] != nil }
    return places.min { a, b in
      let first = priorities[[tokens[a], tokens[a + 1]], default: .max]
      let second = priorities[[tokens[b], tokens[b + 1]], default: .max]
      return (first, a) < (second, b)
    }
  }
}

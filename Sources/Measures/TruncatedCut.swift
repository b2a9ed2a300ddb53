public import Tokenization
public import Traces

extension TruncatedRow {
  /// The list that a row of all logprobs would give: its k most probable tokens, and more on request.
  ///
  /// A dense row and a truncated one are compared by cutting the dense row to its top k together with every token
  /// that the other row lists: the shared list then is the other row's whole list.
  ///
  /// - Parameters:
  ///   - logprobs: The logprob of every token, in nats, by id. Shape `[V]`.
  ///   - k: How many of the most probable tokens are listed, ties by lowest id.
  ///   - others: Ids that are listed whatever their logprob.
  ///   - emitted: The token that stands in the text, listed too; its rank is exact.
  ///   - precision: How far each logprob can be from the true one, in nats.
  /// - Precondition: All ids lie in `0 ..< V`.
  ///
  /// Complexity: O(V log k).
  public init(
    cutting logprobs: [Double], top k: Int, including others: some Sequence<TokenID> = EmptyCollection(),
    emitted: TokenID?, precision: Double = 0
  ) {
    precondition(k >= 0, "k must not be negative, but is \(k)")
    let above = Self.order(logprobs)
    var top: [TokenID] = []
    for id in logprobs.indices.lazy.map({ TokenID(Int32($0)) }) {
      if top.count == k, let last = top.last, !above(id, last) { continue }
      top.insert(id, at: top.partitioningIndex { above(id, $0) })
      if top.count > k { top.removeLast() }
    }
    let cap = top.last.map { logprobs[Int($0.rawValue)] } ?? 0
    var listed = Set(top)
    listed.formUnion(others)
    if let emitted { listed.insert(emitted) }
    let tokens = listed.sorted(by: above)
    let emittedLogprob = emitted.map { logprobs[Int($0.rawValue)] }
    self.init(
      tokens: tokens[...], logprobs: tokens.map { logprobs[Int($0.rawValue)] }[...], unlistedCap: cap,
      emittedLogprob: emittedLogprob,
      emittedRank: emittedLogprob.map { own in 1 + logprobs.count { $0 > own } }, precision: precision)
  }

  /// Whether one token stands before another: by falling logprob, ties by rising id.
  private static func order(_ logprobs: [Double]) -> (TokenID, TokenID) -> Bool {
    { first, second in
      let (a, b) = (logprobs[Int(first.rawValue)], logprobs[Int(second.rawValue)])
      return a > b || (a == b && first < second)
    }
  }
}

extension Array {
  /// The first index whose element satisfies `belongs`, for elements that satisfy it only from there on.
  fileprivate func partitioningIndex(_ belongs: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

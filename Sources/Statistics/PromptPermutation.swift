/// Whether two means differ by more than a change of labels explains: a test that exchanges whole prompts.
///
/// The statistic is the absolute difference of the two means, `|Σ sum / Σ count − Σ sum′ / Σ count′|`. If the labels
/// mean nothing, exchanging them leaves the distribution as it is, so the observed difference ranks evenly among
/// those of all exchanges: `p = (1 + number of exchanges at least as large) / (1 + number of exchanges)`, or the
/// plain share where all exchanges are tried. A test of exact size, whatever the tokens of a prompt have in common.
///
/// Source: Fisher (1935); Phipson and Smyth (2010) for the added one.
public struct PromptPermutation: Sendable {
  /// The number of exchanges that are drawn where there are too many to try all.
  public let permutations: Int
  /// Decides the draws.
  public let seed: UInt64

  /// Differences this close, relative to the observed one, are the same up to rounding.
  private static let rounding = 0x1p-40

  /// A test with this many exchanges.
  ///
  /// - Precondition: `permutations` is at least 1.
  public init(permutations: Int = 10_000, seed: UInt64 = ClusteredBootstrap.reportSeed) {
    precondition(permutations >= 1, "there must be at least 1 permutation, not \(permutations)")
    self.permutations = permutations
    self.seed = seed
  }

  /// The p-value of two means on shared prompts: each exchange swaps the two labels within some prompts.
  ///
  /// For means that count the same in every prompt this flips the signs of the prompts' differences. With s
  /// prompts and `2ˢ` at most ``permutations``, all exchanges are tried.
  ///
  /// - Returns: Nil where one of the means counts nothing, or fewer than two prompts count anything.
  public func pValue(paired first: [ClusterTotal], with second: [ClusterTotal]) -> Double? {
    let pairs = Self.pair(first, second)
    guard pairs.count >= 2, let observed = Means(pairs).difference else { return nil }
    let threshold = observed * (1 - Self.rounding)
    let isExhaustive = pairs.count < Int.bitWidth - 2 && 1 << pairs.count <= permutations
    let tried = isExhaustive ? 1 << pairs.count : permutations
    let plain = Means(pairs)
    var exchanges = ExchangeSums()
    var atLeast = isExhaustive ? 0 : 1
    for block in stride(from: 0, to: tried, by: 64) {
      exchanges.reset()
      for (place, pair) in pairs.enumerated() {
        let swaps =
          isExhaustive
          ? Self.pattern(of: place, from: block)
          : Self.word(seed: seed, cluster: pair.cluster, block: block)
        exchanges.add(
          swaps, sum: pair.second.sum - pair.first.sum, count: pair.second.count - pair.first.count)
      }
      for i in 0..<min(64, tried - block)
      where (plain.moved(exchanges[i]).difference ?? .infinity) >= threshold { atLeast += 1 }
    }
    return Double(atLeast) / Double(isExhaustive ? tried : tried + 1)
  }

  /// The p-value of two means on different prompts: each exchange deals the prompts out to the two labels anew.
  ///
  /// - Returns: Nil where one of the means counts nothing.
  public func pValue(unpaired first: [ClusterTotal], with second: [ClusterTotal]) -> Double? {
    let firstPairs = Self.pair(first, [])
    var pairs = firstPairs + Self.pair([], second)
    guard let observed = Means(pairs).difference else { return nil }
    var prompts = pairs.enumerated().map { $0.offset < firstPairs.count ? $0.element : $0.element.swapped }
    let threshold = observed * (1 - Self.rounding)
    var atLeast = 1
    for permutation in 0..<permutations {
      var stream = RandomStream(seed: seed, stream: UInt64(permutation))
      for place in 0..<firstPairs.count {
        prompts.swapAt(place, place + stream.index(below: prompts.count - place))
      }
      for (place, prompt) in prompts.enumerated() {
        pairs[place] = place < firstPairs.count ? prompt : prompt.swapped
      }
      if (Means(pairs).difference ?? .infinity) >= threshold { atLeast += 1 }
    }
    return Double(atLeast) / Double(permutations + 1)
  }

  /// What a prompt adds to both means.
  private struct Pair {
    var cluster: Int
    var first = (sum: 0.0, count: 0.0)
    var second = (sum: 0.0, count: 0.0)

    var swapped: Pair { Pair(cluster: cluster, first: second, second: first) }
  }

  /// Both means, summed up.
  private struct Means {
    private var first = (sum: 0.0, count: 0.0)
    private var second = (sum: 0.0, count: 0.0)

    init(_ pairs: [Pair]) {
      for pair in pairs { add(pair) }
    }

    mutating func add(_ pair: Pair) {
      first.sum += pair.first.sum
      first.count += pair.first.count
      second.sum += pair.second.sum
      second.count += pair.second.count
    }

    /// The means after this much has gone from the second to the first.
    func moved(_ change: (sum: Double, count: Double)) -> Means {
      var means = self
      means.first.sum += change.sum
      means.first.count += change.count
      means.second.sum -= change.sum
      means.second.count -= change.count
      return means
    }

    /// The absolute difference, nil where one of the means counts nothing.
    var difference: Double? {
      guard first.count > 0 && second.count > 0 else { return nil }
      return abs(first.sum / first.count - second.sum / second.count)
    }
  }

  private static func pair(_ first: [ClusterTotal], _ second: [ClusterTotal]) -> [Pair] {
    var pairs: [Int: Pair] = [:]
    for total in first {
      pairs[total.cluster, default: Pair(cluster: total.cluster)].first.sum += total.sum
      pairs[total.cluster]?.first.count += total.count
    }
    for total in second {
      pairs[total.cluster, default: Pair(cluster: total.cluster)].second.sum += total.sum
      pairs[total.cluster]?.second.count += total.count
    }
    return pairs.values.filter { $0.first.count + $0.second.count > 0 }.sorted { $0.cluster < $1.cluster }
  }

  /// Bit i says whether exchange `block + i` swaps this prompt, when all exchanges are numbered in binary.
  private static func pattern(of place: Int, from block: Int) -> UInt64 {
    (0..<64).reduce(into: 0) { word, i in
      word |= UInt64(truncatingIfNeeded: (block + i) >> place & 1) << UInt64(i)
    }
  }

  /// Bit i says whether the drawn exchange `block + i` swaps this prompt: the same for every test with the seed.
  private static func word(seed: UInt64, cluster: Int, block: Int) -> UInt64 {
    var stream = RandomStream(seed: seed &+ UInt64(truncatingIfNeeded: block), stream: UInt64(cluster))
    return stream.next()
  }
}

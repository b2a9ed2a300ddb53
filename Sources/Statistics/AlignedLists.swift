import Foundation

/// The most probable tokens of two models at one position, compared as AlignTDS does.
///
/// The first list is the base model's, the second the aligned model's. Probabilities are made to sum to 1 over the
/// saved tokens alone, which is not the models' own probability: what lies outside of the lists is not seen.
///
/// Source: Lin et al., arXiv 2312.01552, and the code of AlignTDS.
public struct AlignedLists: Sendable {
  /// A saved token.
  public struct Entry: Equatable, Sendable {
    /// Its id.
    public var token: Int
    /// Its logit or logprob; they differ by a constant, which cancels.
    public var score: Double

    /// A saved token.
    public init(token: Int, score: Double) {
      self.token = token
      self.score = score
    }
  }

  private let base: [Entry]
  private let aligned: [Entry]
  private let baseShares: [Double]
  private let alignedShares: [Double]

  /// Two lists, the most probable token first.
  ///
  /// - Returns: Nil where a list is empty.
  public init?(base: [Entry], aligned: [Entry]) {
    guard !base.isEmpty, !aligned.isEmpty else { return nil }
    self.base = base
    self.aligned = aligned
    baseShares = Self.shares(base)
    alignedShares = Self.shares(aligned)
  }

  /// `|A ∩ B| / |A ∪ B|` of the first k tokens, 0 … 1.
  public func jaccard(_ k: Int) -> Double {
    let (first, second) = (Set(base.prefix(k).map(\.token)), Set(aligned.prefix(k).map(\.token)))
    return Double(first.intersection(second).count) / Double(first.union(second).count)
  }

  /// `Σ p₁ ln(p₁ / p₂)` over the tokens that both first k hold, in nats.
  ///
  /// The base is p₁. A sum over part of the tokens: it may be negative, and is no divergence.
  public func sharedKL(_ k: Int) -> Double {
    shared(k) { $0 > 0 && $1 > 0 ? $0 * log($0 / $1) : 0 }
  }

  /// `Σ p₁ p₂` over the tokens that both first k hold, 0 … 1.
  public func weightedSum(_ k: Int) -> Double { shared(k, *) }

  /// The normalised discounted cumulative gain of the base's list, whose ideal is the aligned one's; 0 … 1.
  ///
  /// The token at place i (from 0) of the aligned list has the relevance `1 / log₂(i + 2)`, and place i of the base's
  /// list the discount `1 / log₂(i + 2)`. Over all saved tokens: AlignTDS's `nDCG@10` cuts nothing off.
  public var discountedGain: Double {
    func discount(_ place: Int) -> Double { 1 / log2(Double(place + 2)) }
    var relevance: [Int: Double] = [:]
    for (place, entry) in aligned.enumerated() { relevance[entry.token] = discount(place) }
    let gain = base.enumerated().reduce(0) { $0 + (relevance[$1.element.token] ?? 0) * discount($1.offset) }
    let ideal = (0..<min(base.count, aligned.count)).reduce(0) { $0 + discount($1) * discount($1) }
    return gain / ideal
  }

  /// The place of the aligned model's first choice in the base's first k, counted from 0; k where it is not there.
  ///
  /// Below 1 is URIAL's unshifted, below 3 marginal, anything else shifted.
  public func topRank(_ k: Int) -> Int { base.prefix(k).firstIndex { $0.token == aligned[0].token } ?? k }

  /// The base's probability of the aligned model's first choice among the base's first k; 0 where it is not there.
  public func topProbability(_ k: Int) -> Double {
    base.prefix(k).firstIndex { $0.token == aligned[0].token }.map { baseShares[$0] } ?? 0
  }

  private func shared(_ k: Int, _ term: (Double, Double) -> Double) -> Double {
    var second: [Int: Double] = [:]
    for (entry, share) in zip(aligned, alignedShares).prefix(k) { second[entry.token] = share }
    return zip(base, baseShares).prefix(k).reduce(0) { sum, entry in
      sum + (second[entry.0.token].map { term(entry.1, $0) } ?? 0)
    }
  }

  private static func shares(_ entries: [Entry]) -> [Double] {
    let largest = entries.reduce(-Double.infinity) { max($0, $1.score) }
    let powers = entries.map { exp($0.score - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

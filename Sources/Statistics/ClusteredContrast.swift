/// What every cluster adds to the two means that are set against each other.
public struct ClusteredContrast: Sendable {
  /// What each cluster adds to the first mean; clusters that add nothing are left out.
  public var first: [ClusterTotal]
  /// What each cluster adds to the second mean.
  public var second: [ClusterTotal]

  /// Two means, by cluster.
  public init(first: [ClusterTotal], second: [ClusterTotal]) {
    self.first = first
    self.second = second
  }
}

/// Two means, their difference, and how sure it is.
public struct ContrastResult: Equatable, Sendable {
  /// The first mean.
  public var first: Double
  /// The second mean.
  public var second: Double
  /// The first mean minus the second.
  public var effect: Double { first - second }
  /// The interval of the difference; nil where fewer than two clusters count in one of the means.
  public var interval: Interval?
  /// How often a difference as large comes about when labels mean nothing; nil where fewer than two clusters count.
  public var pValue: Double?
  /// The smallest false discovery rate at which the difference is called; nil where there is no p-value.
  public var qValue: Double?
}

/// Many contrasts on the same clusters: an interval, a p-value and a q-value for each.
///
/// Intervals come from a ``ClusteredBootstrap``, p-values from a ``PromptPermutation`` that exchanges the two labels
/// within clusters, and q-values from Benjamini and Hochberg over all contrasts that have a p-value. All contrasts share
/// their resamples and exchanges, which are functions of the seed: the digits do not depend on the number of threads.
///
/// Complexity: O(resamples · entries) over the clusters that the contrasts touch, shared out by contrast.
public struct ContrastTests: Sendable {
  /// How a mean is taken.
  public enum Weighting: Sendable {
    /// `Σ sum / Σ count`: everything that is counted weighs the same.
    case byCount
    /// `Σ (sum / count) / n` over all n clusters: every cluster weighs the same, and one left out adds 0.
    case byCluster
  }

  /// The resamples of the intervals.
  public let bootstrap: ClusteredBootstrap
  /// The exchanges of the p-values.
  public let permutation: PromptPermutation
  /// The level of the intervals.
  public let level: Double

  /// The fewest clusters that a contrast must touch; one with fewer has neither an interval nor a p-value.
  public let minimumClusters: Int

  /// Tests on `clusterCount` clusters.
  public init(
    clusterCount: Int, resamples: Int = 10_000, permutations: Int = 10_000, level: Double = 0.95,
    minimumClusters: Int = 2,
    seed: UInt64 = ClusteredBootstrap.reportSeed
  ) {
    self.minimumClusters = minimumClusters
    bootstrap = ClusteredBootstrap(clusterCount: clusterCount, resamples: resamples, seed: seed)
    permutation = PromptPermutation(permutations: permutations, seed: seed)
    self.level = level
  }

  /// The result of each contrast, in their order.
  ///
  /// - Parameters:
  ///   - contrasts: The contrasts. One whose means count nothing has no result.
  ///   - weighting: How means are taken.
  ///   - threads: How many threads share the work.
  public func results(
    of contrasts: [ClusteredContrast], weighting: Weighting, threads: Int
  ) -> [ContrastResult?] {
    var results = resultsInParallel(contrasts.count, threads: threads) {
      weighting == .byCount ? countedResult(contrasts[$0]) : clusterResult(contrasts[$0])
    }
    let tested = results.indices.filter { results[$0]?.pValue != nil }
    let rates = qValues(tested.compactMap { results[$0]?.pValue })
    for (place, rate) in zip(tested, rates) { results[place]?.qValue = rate }
    return results
  }

  private func countedResult(_ contrast: ClusteredContrast) -> ContrastResult? {
    guard let first = mean(of: contrast.first), let second = mean(of: contrast.second) else { return nil }
    let touched = Set((contrast.first + contrast.second).lazy.filter { $0.count > 0 }.map(\.cluster)).count
    guard touched >= minimumClusters else { return ContrastResult(first: first, second: second) }
    return ContrastResult(
      first: first, second: second,
      interval: bootstrap.interval(ofDifference: contrast.first, minus: contrast.second, level: level),
      pValue: permutation.pValue(paired: contrast.first, with: contrast.second))
  }

  private func clusterResult(_ contrast: ClusteredContrast) -> ContrastResult? {
    let count = Double(bootstrap.clusterCount)
    guard count > 0 else { return nil }
    var differences: [Int: (first: Double, second: Double)] = [:]
    for total in contrast.first where total.count > 0 {
      differences[total.cluster, default: (0, 0)].first += total.sum / total.count
    }
    for total in contrast.second where total.count > 0 {
      differences[total.cluster, default: (0, 0)].second += total.sum / total.count
    }
    let clusters = differences.sorted { $0.key < $1.key }
    func totals(_ value: ((first: Double, second: Double)) -> Double) -> [ClusterTotal] {
      clusters.map { ClusterTotal(cluster: $0.key, sum: value($0.value), count: 1) }
    }
    let first = totals(\.first)
    let second = totals(\.second)
    let firstMean = first.reduce(0) { $0 + $1.sum } / count
    let secondMean = second.reduce(0) { $0 + $1.sum } / count
    guard clusters.count >= minimumClusters else {
      return ContrastResult(first: firstMean, second: secondMean)
    }
    return ContrastResult(
      first: firstMean, second: secondMean,
      interval: bootstrap.interval(ofSparseMean: totals { $0.first - $0.second }, level: level),
      pValue: permutation.pValue(paired: first, with: second))
  }
}

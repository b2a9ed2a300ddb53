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
  /// The interval of the difference; nil where too few clusters count, or all of them say the same.
  public var interval: Interval?
  /// How often a difference as large comes about where there is none; nil where too few clusters count.
  public var pValue: Double?
  /// The smallest false discovery rate at which the difference is called; nil where there is no p-value.
  public var qValue: Double?
}

/// Many contrasts on the same clusters: an interval, a p-value and a q-value for each.
///
/// Intervals and p-values come from one ``SignFlipTest``, so that an interval leaves out 0 exactly where the p-value is at
/// most 1 − level; q-values from Benjamini and Hochberg over all contrasts that have a p-value. The digits do not
/// depend on the number of threads.
///
/// Complexity: O(flips · clusters / 8) over the clusters that each contrast touches, shared out by contrast.
public struct ContrastTests: Sendable {
  /// How a mean is taken.
  public enum Weighting: Sendable {
    /// `Σ sum / Σ count`: everything that is counted weighs the same.
    case byCount
    /// `Σ (sum / count) / n` over all n clusters: every cluster weighs the same, and one left out adds 0.
    case byCluster
  }

  /// The test of each contrast.
  public let test: SignFlipTest
  /// The level of the intervals.
  public let level: Double
  /// The fewest clusters that a contrast must touch; one with fewer has neither an interval nor a p-value.
  public let minimumClusters: Int

  /// Tests on `clusterCount` clusters.
  ///
  /// - Parameter flips: How many flips of signs each test draws where it does not try all.
  public init(
    clusterCount: Int, flips: Int = 10_000, level: Double = 0.95, minimumClusters: Int = 2,
    seed: UInt64 = ClusteredBootstrap.reportSeed
  ) {
    test = SignFlipTest(clusterCount: clusterCount, flips: flips, seed: seed)
    self.minimumClusters = minimumClusters
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
    results(contrasts.count, weighting: weighting, threads: threads) { contrasts[$0] }
  }

  /// The result of each contrast, in their order, of which no more are in memory than are tested at the same time.
  ///
  /// - Parameters:
  ///   - count: The number of contrasts.
  ///   - weighting: How means are taken.
  ///   - threads: How many threads share the work.
  ///   - contrast: Makes one of them; nil where there is nothing to contrast, which has no result.
  public func results(
    _ count: Int, weighting: Weighting, threads: Int,
    _ contrast: @Sendable (Int) -> ClusteredContrast?
  ) -> [ContrastResult?] {
    var results = resultsInParallel(count, threads: threads) { place -> ContrastResult? in
      contrast(place).flatMap { weighting == .byCount ? countedResult($0) : clusterResult($0) }
    }
    let tested = results.indices.filter { results[$0]?.pValue != nil }
    let rates = qValues(tested.compactMap { results[$0]?.pValue })
    for (place, rate) in zip(tested, rates) { results[place]?.qValue = rate }
    return results
  }

  private func countedResult(_ contrast: ClusteredContrast) -> ContrastResult? {
    guard let first = mean(of: contrast.first), let second = mean(of: contrast.second) else { return nil }
    let rows = PairedTotals.rows(contrast, clusterCount: test.clusterCount)
    return ContrastResult(
      first: first, second: second,
      test: rows.count >= minimumClusters ? test.result(of: rows, level: level) : nil)
  }

  private func clusterResult(_ contrast: ClusteredContrast) -> ContrastResult? {
    let count = Double(test.clusterCount)
    guard count > 0 else { return nil }
    let rows = PairedTotals.rows(contrast, clusterCount: test.clusterCount)
    let means = rows.map { row in
      (
        first: row.firstCount > 0 ? row.firstSum / row.firstCount : 0,
        second: row.secondCount > 0 ? row.secondSum / row.secondCount : 0
      )
    }
    return ContrastResult(
      first: means.reduce(0) { $0 + $1.first } / count, second: means.reduce(0) { $0 + $1.second } / count,
      test: rows.count >= minimumClusters
        ? test.result(ofDifferences: means.map { $0.first - $0.second }, level: level) : nil)
  }
}

extension ContrastResult {
  fileprivate init(first: Double, second: Double, test: SignFlipTest.Result?) {
    self.init(first: first, second: second, interval: test?.interval, pValue: test?.pValue)
  }
}

import Foundation
import Statistics
import TestSupport
import Testing

/// Many contrasts at once: the same digits as one at a time, on any number of threads.
@Suite struct ContrastTestsTests {
  /// Two tokens that each prompt has, worked out by hand.
  @Test func `means, effect and exact p-value of a hand-worked contrast`() throws {
    // Prompt by prompt the first model is 1, 2, 3 above the second: of the 8 exchanges only the observed one and its
    // mirror image are as extreme, so p = 2/8.
    let first = [(0, 3.0), (1, 4.0), (2, 5.0)].map { ClusterTotal(cluster: $0.0, sum: $0.1, count: 1) }
    let second = (0..<3).map { ClusterTotal(cluster: $0, sum: 2, count: 1) }
    let results = ContrastTests(clusterCount: 3, resamples: 500, permutations: 500).results(
      of: [
        ClusteredContrast(first: first, second: second), ClusteredContrast(first: second, second: second),
      ],
      weighting: .byCount, threads: 1)
    let result = try #require(results[0])
    #expect(result.first == 4)
    #expect(result.second == 2)
    #expect(result.effect == 2)
    #expect(result.pValue == 0.25)
    #expect(result.qValue == 0.5)  // min(2/8 · 2/1, 1 · 2/2)
    #expect(results[1]?.pValue == 1)
    #expect(results[1]?.qValue == 1)
  }

  @Test func `by cluster, one left out counts as nothing moved`() throws {
    let contrast = ClusteredContrast(
      first: [ClusterTotal(cluster: 0, sum: 6, count: 2), ClusterTotal(cluster: 3, sum: 1, count: 1)],
      second: [ClusterTotal(cluster: 3, sum: 4, count: 2)])
    let results = ContrastTests(clusterCount: 4, resamples: 500, permutations: 500).results(
      of: [contrast], weighting: .byCluster, threads: 1)
    let result = try #require(results[0])
    #expect(result.first == 1)  // (3 + 0 + 0 + 1) / 4
    #expect(result.second == 0.5)  // (0 + 0 + 0 + 2) / 4
    // The differences are 3 and −1: |3 − 1| = 2 is the smaller of the two sizes that exchanges give.
    #expect(result.pValue == 1)
  }

  @Test func `a contrast on too few clusters is not tested`() throws {
    let totals = (0..<5).map { ClusterTotal(cluster: $0, sum: Double($0), count: 1) }
    let tests = ContrastTests(clusterCount: 9, resamples: 100, minimumClusters: 6)
    for weighting in [ContrastTests.Weighting.byCount, .byCluster] {
      let results = tests.results(
        of: [ClusteredContrast(first: totals, second: totals)], weighting: weighting, threads: 1)
      let result = try #require(results[0])
      #expect(result.effect == 0)
      #expect(result.interval == nil)
      #expect(result.pValue == nil)
      #expect(result.qValue == nil)
    }
  }

  @Test func `a mean that counts nothing gives no result`() {
    let contrast = ClusteredContrast(first: [ClusterTotal(cluster: 0, sum: 1, count: 1)], second: [])
    let results = ContrastTests(clusterCount: 2, resamples: 100, permutations: 100).results(
      of: [contrast], weighting: .byCount, threads: 1)
    #expect(results == [nil])
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `threads do not change a digit`(seed: UInt64) {
    let contrasts = ContrastSimulation(seed: seed, tokens: 60, prompts: 40).contrasts
    let tests = ContrastTests(clusterCount: 40, resamples: 100, permutations: 100)
    for weighting in [ContrastTests.Weighting.byCount, .byCluster] {
      let one = tests.results(of: contrasts, weighting: weighting, threads: 1)
      #expect(one == tests.results(of: contrasts, weighting: weighting, threads: 2))
      #expect(one == tests.results(of: contrasts, weighting: weighting, threads: 7))
    }
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `each contrast is the one of the plain functions`(seed: UInt64) {
    let contrasts = ContrastSimulation(seed: seed, tokens: 10, prompts: 12).contrasts
    let tests = ContrastTests(clusterCount: 12, resamples: 300, permutations: 300)
    let results = tests.results(of: contrasts, weighting: .byCount, threads: 2)
    for (contrast, result) in zip(contrasts, results) {
      #expect(
        result?.interval
          == ClusteredBootstrap(clusterCount: 12, resamples: 300).interval(
            ofDifference: contrast.first, minus: contrast.second))
      #expect(
        result?.pValue
          == PromptPermutation(permutations: 300).pValue(paired: contrast.first, with: contrast.second))
    }
  }

  /// A mean over all clusters whose sums are mostly 0 is a mean with a count of 1 in every cluster.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func `a sparse mean has the interval of the dense one`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let sparse = (0..<30).compactMap { cluster in
      Bool.random(using: &generator)
        ? ClusterTotal(cluster: cluster, sum: generator.normal(), count: 1) : nil
    }
    let dense =
      sparse
      + (0..<30).map { ClusterTotal(cluster: $0, sum: 0, count: 1) }
      .filter { zero in !sparse.contains { $0.cluster == zero.cluster } }
    let bootstrap = ClusteredBootstrap(clusterCount: 30, resamples: 400)
    let a = try #require(bootstrap.interval(ofSparseMean: sparse))
    let b = try #require(bootstrap.interval(ofMean: dense))
    #expect(abs(a.low - b.low) < 1e-12)
    #expect(abs(a.high - b.high) < 1e-12)
  }
}

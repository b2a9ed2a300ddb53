import Foundation
import Statistics
import TestSupport
import Testing

/// Many contrasts at once: the same digits as one at a time, on any number of threads.
@Suite struct ContrastTestsTests {
  /// Two tokens that each prompt has, worked out by hand.
  @Test func `means, effect and exact p-value of a hand-worked contrast`() throws {
    // Prompt by prompt the first model is 1, 2, 3 above the second: of the 8 flips of signs only the observed one and
    // its mirror image are as extreme, so p = 2/8.
    let first = [(0, 3.0), (1, 4.0), (2, 5.0)].map { ClusterTotal(cluster: $0.0, sum: $0.1, count: 1) }
    let second = (0..<3).map { ClusterTotal(cluster: $0, sum: 2, count: 1) }
    let results = ContrastTests(clusterCount: 3, flips: 500).results(
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
    let results = ContrastTests(clusterCount: 4, flips: 500).results(
      of: [contrast], weighting: .byCluster, threads: 1)
    let result = try #require(results[0])
    #expect(result.first == 1)  // (3 + 0 + 0 + 1) / 4
    #expect(result.second == 0.5)  // (0 + 0 + 0 + 2) / 4
    // The differences are 3 and −1: |3 − 1| = 2 is the smaller of the two sizes that flips give.
    #expect(result.pValue == 1)
  }

  @Test func `a contrast on too few clusters is not tested`() throws {
    let totals = (0..<5).map { ClusterTotal(cluster: $0, sum: Double($0), count: 1) }
    let tests = ContrastTests(clusterCount: 9, flips: 100, minimumClusters: 6)
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
    let results = ContrastTests(clusterCount: 2, flips: 100).results(
      of: [contrast], weighting: .byCount, threads: 1)
    #expect(results == [nil])
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `threads do not change a digit`(seed: UInt64) {
    let contrasts = ContrastSimulation(seed: seed, tokens: 60, prompts: 40).contrasts
    let tests = ContrastTests(clusterCount: 40, flips: 100)
    for weighting in [ContrastTests.Weighting.byCount, .byCluster] {
      let one = tests.results(of: contrasts, weighting: weighting, threads: 1)
      #expect(one == tests.results(of: contrasts, weighting: weighting, threads: 2))
      #expect(one == tests.results(of: contrasts, weighting: weighting, threads: 7))
    }
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `each contrast has the result of its own test, whatever the others are`(seed: UInt64) {
    let contrasts = ContrastSimulation(seed: seed, tokens: 10, prompts: 24).contrasts
    let tests = ContrastTests(clusterCount: 24, flips: 300)
    let results = tests.results(of: contrasts, weighting: .byCount, threads: 2)
    for (contrast, result) in zip(contrasts, results) {
      let own = SignFlipTest(clusterCount: 24, flips: 300).result(of: contrast)
      #expect(result?.interval == own?.interval)
      #expect(result?.pValue == own?.pValue)
    }
  }

  /// A q-value is at least its p-value, so that a row that is called has an interval without 0.
  @Test(arguments: 0..<5 as Range<UInt64>)
  func `an interval leaves out 0 exactly where the p-value is at most 0,05`(seed: UInt64) throws {
    let contrasts = ContrastSimulation(seed: seed, tokens: 80, prompts: 20, differing: 40, effect: 0.7)
      .contrasts
    for weighting in [ContrastTests.Weighting.byCount, .byCluster] {
      let tests = ContrastTests(clusterCount: 20, flips: 999, minimumClusters: 6)
      for result in tests.results(of: contrasts, weighting: weighting, threads: 2) {
        let result = try #require(result)
        guard let p = result.pValue, let interval = result.interval else { continue }
        #expect((interval.low > 0 || interval.high < 0) == (p <= 0.05))
        #expect(interval.low <= result.effect && result.effect <= interval.high)
      }
    }
  }
}

import Foundation
import Statistics
import TestSupport
import Testing

/// What the q-values of the whole contrast promise: among the tokens that are called, few are called falsely.
@Suite struct ContrastErrorRateTests {
  /// Calls every token with q ≤ 0.1 in each of many studies.
  private static func rates(
    clustering: Double, firstCounts: ClosedRange<Int>, weighting: ContrastTests.Weighting, studies: UInt64
  ) -> (falseDiscovery: Double, power: Double) {
    let tests = ContrastTests(clusterCount: 30, flips: 200)
    var falseShare = 0.0
    var found = 0
    for seed in 0..<studies {
      let study = ContrastSimulation(
        seed: seed, tokens: 60, prompts: 30, differing: 12, effect: 1, clustering: clustering,
        firstCounts: firstCounts)
      let results = tests.results(of: study.contrasts, weighting: weighting, threads: 2)
      let called = results.indices.filter { (results[$0]?.qValue ?? 1) <= 0.1 }
      let right = called.count { $0 < study.differing }
      falseShare += called.isEmpty ? 0 : Double(called.count - right) / Double(called.count)
      found += right
    }
    return (falseShare / Double(studies), Double(found) / Double(12 * studies))
  }

  /// The realised rate is a mean of `studies` shares with a spread of about 0.1: three errors of it are allowed for.
  @Test(arguments: [
    (0.0, 1...6, ContrastTests.Weighting.byCount), (0.5, 1...6, .byCount), (0.0, 20...60, .byCount),
    (0.5, 1...6, .byCluster),
  ])
  func `the realised false discovery rate keeps to the nominal one`(
    clustering: Double, firstCounts: ClosedRange<Int>, weighting: ContrastTests.Weighting
  ) {
    let studies: UInt64 = 30
    let rates = Self.rates(
      clustering: clustering, firstCounts: firstCounts, weighting: weighting, studies: studies)
    print(
      "clustering \(clustering), \(firstCounts) positions, \(weighting): FDR \(rates.falseDiscovery), power \(rates.power)"
    )
    #expect(rates.falseDiscovery <= 0.1 + 3 * 0.1 / Double(studies).squareRoot())
    #expect(rates.power > 0.5)
  }

  /// Without any true difference a call is false, however many are made.
  @Test func `where nothing differs, few studies call anything`() {
    let tests = ContrastTests(clusterCount: 30, flips: 200)
    let studies = 60
    let calling = (0..<studies).count { seed in
      let study = ContrastSimulation(seed: UInt64(seed), tokens: 20, prompts: 30, clustering: 0.5)
      return tests.results(of: study.contrasts, weighting: .byCount, threads: 2)
        .contains { ($0?.qValue ?? 1) <= 0.1 }
    }
    // Binomial(60, 0.1): 6 are expected, and more than 13 come about once in a thousand times.
    #expect(calling <= 13)
  }
}

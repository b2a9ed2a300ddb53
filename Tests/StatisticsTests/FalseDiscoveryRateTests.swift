import Statistics
import TestSupport
import Testing

/// Benjamini and Hochberg's q-values.
@Suite struct FalseDiscoveryRateTests {
  @Test func `four tests by hand`() {
    // Sorted 0.005, 0.01, 0.03, 0.04 times 4/1, 4/2, 4/3, 4/4: 0.02, 0.02, 0.04, 0.04.
    #expect(qValues([0.01, 0.04, 0.03, 0.005]) == [0.02, 0.04, 0.04, 0.02])
    // The last step pulls the ones before it down: 0.04 · 2/1 = 0.08, but 0.045 · 2/2 = 0.045.
    #expect(qValues([0.04, 0.045]) == [0.045, 0.045])
    #expect(qValues([1, 1]) == [1, 1])
    #expect(qValues([]) == [])
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `a q-value is the least estimated rate among all thresholds that call the test`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    // Rounded, so that there are ties.
    let p = (0..<60).map { _ -> Double in
      let uniform = Double.random(in: 0...1, using: &generator)
      return (uniform * uniform * uniform * 100).rounded() / 100
    }
    for (own, q) in zip(p, qValues(p)) {
      let rates = p.filter { $0 >= own }.map { threshold -> Double in
        let called = p.filter { $0 <= threshold }.count
        return threshold * 60 / Double(called)
      }
      #expect(abs(q - min(1, rates.min() ?? 1)) < 1e-15)
    }
  }

  @Test func `the realised false discovery rate keeps to its level, with prompts in common and without`() {
    for shared in [0.0, 0.7] {
      var generator = SplitMix64(seed: 5)
      var rate = 0.0
      var found = 0
      let studies = 40
      for study in 0..<studies {
        let (p, isNull) = pValues(shared: shared, seed: UInt64(study), using: &generator)
        let called = zip(qValues(p), isNull).filter { $0.0 <= 0.1 }
        found += called.count { !$0.1 }
        rate += called.isEmpty ? 0 : Double(called.count { $0.1 }) / Double(called.count)
      }
      // The expected rate is at most 0.1 · 45/60 = 0.075; its standard error over 40 studies is below 0.02.
      #expect(rate / Double(studies) <= 0.1)
      #expect(Double(found) / Double(15 * studies) > 0.5)
    }
  }

  /// Sixty tokens measured on 24 prompts, of which 15 differ; part of each prompt's noise is common to all tokens.
  private func pValues(shared: Double, seed: UInt64, using generator: inout SplitMix64) -> (
    p: [Double], isNull: [Bool]
  ) {
    let test = SignFlipTest(clusterCount: 24, flips: 500, seed: seed)
    let common = (0..<24).map { _ in generator.normal() }
    let isNull = (0..<60).map { $0 >= 15 }
    let p = isNull.map { isNull -> Double in
      let first = common.enumerated().map { prompt, common in
        let noise = shared.squareRoot() * common + (1 - shared).squareRoot() * generator.normal()
        return ClusterTotal(cluster: prompt, sum: noise + (isNull ? 0 : 0.9), count: 1)
      }
      let second = (0..<24).map { ClusterTotal(cluster: $0, sum: 0, count: 1) }
      return test.result(of: ClusteredContrast(first: first, second: second))?.pValue ?? 1
    }
    return (p, isNull)
  }
}

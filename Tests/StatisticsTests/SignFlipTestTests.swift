import TestSupport
import Testing

@testable import Statistics

/// The p-value and the interval of a difference from flipped signs.
@Suite struct SignFlipTestTests {
  private func totals(_ sums: [Double], count: Double = 1) -> [ClusterTotal] {
    sums.enumerated().map { ClusterTotal(cluster: $0, sum: $1, count: count) }
  }

  private func result(_ first: [Double], _ second: [Double], level: Double = 0.95) -> SignFlipTest.Result? {
    SignFlipTest(clusterCount: first.count).result(
      of: ClusteredContrast(first: totals(first), second: totals(second)), level: level)
  }

  @Test func `three prompts have four flips that differ in size`() {
    // Differences 1, 2, 3: only all signs alike reach |1 + 2 + 3|, one of four.
    #expect(result([2, 4, 6], [1, 2, 3])?.pValue == 0.25)
    #expect(result([1, 2, 3], [2, 4, 6])?.pValue == 0.25)
    // Differences 1, 1, −1: every flip reaches 1.
    #expect(result([1, 1, 0], [0, 0, 1])?.pValue == 1)
    #expect(result([5, 5], [5, 5]) == SignFlipTest.Result(pValue: 1, interval: nil))
  }

  @Test func `the interval of three prompts by hand`() throws {
    // Mean 2. In thirds, with the last sign kept: (1, 2, 3) has e = 1 and reaches everything;
    // (−1, 2, 3): a = 4/3, e = 1/3, from (2 − 4/3)/(2/3) = 1 to (2 + 4/3)/(4/3) = 2.5;
    // (1, −2, 3): a = 2/3, e = 1/3, from (2 + 2/3)/(4/3) = 2 to (2 − 2/3)/(2/3) = 2;
    // (−1, −2, 3): a = 0, e = −1/3, from 2/(4/3) = 1.5 to 2/(2/3) = 3.
    // p > 0.3 needs two flips: the second lowest of −∞, 1, 1.5, 2 and the second largest of ∞, 3, 2.5, 2.
    let found = try #require(result([1, 2, 3], [0, 0, 0], level: 0.7)?.interval)
    #expect(abs(found.low - 1) < 1e-12)
    #expect(abs(found.high - 3) < 1e-12)
    // p > 0.2 holds for the first flip everywhere.
    #expect(result([1, 2, 3], [0, 0, 0], level: 0.8)?.interval == nil)
  }

  @Test func `a prompt of one mean alone has a score by hand`() throws {
    // First 3 over 1 and 5 over 1, second 1 over 1 in prompt 1 and 3 over 1 in prompt 2: 4 − 2, and all together 12/4 = 3.
    // Scores (3 − 3)/2 = 0, (5 − 3)/2 − (1 − 3)/2 = 2, −(3 − 3)/2 = 0: every flip has the size 2.
    let contrast = ClusteredContrast(
      first: [ClusterTotal(cluster: 0, sum: 3, count: 1), ClusterTotal(cluster: 1, sum: 5, count: 1)],
      second: [ClusterTotal(cluster: 2, sum: 3, count: 1), ClusterTotal(cluster: 1, sum: 1, count: 1)])
    #expect(SignFlipTest(clusterCount: 3).result(of: contrast)?.pValue == 1)
  }

  @Test func `clusters left out of a mean over all add nothing`() throws {
    // 3 and −1 over four clusters: |3 − 1| is the smaller of the two sizes.
    let test = SignFlipTest(clusterCount: 4)
    #expect(test.result(ofDifferences: [3, -1])?.pValue == 1)
    #expect(test.result(ofDifferences: [3, 1])?.pValue == 0.5)
    #expect(SignFlipTest(clusterCount: 0).result(ofDifferences: []) == nil)
    #expect(test.result(ofDifferences: []) == SignFlipTest.Result(pValue: 1, interval: nil))
  }

  @Test func `a mean of nothing cannot be tested`() {
    let test = SignFlipTest(clusterCount: 3, flips: 10)
    let empty = [ClusterTotal(cluster: 2, sum: 0, count: 0)]
    #expect(test.result(of: ClusteredContrast(first: totals([1, 2]), second: [])) == nil)
    #expect(test.result(of: ClusteredContrast(first: empty, second: totals([1]))) == nil)
    #expect(test.result(of: ClusteredContrast(first: totals([1]), second: totals([2])))?.pValue == 1)
  }

  /// The random studies of the tests below: counts differ, and some prompts are in one mean alone.
  private func contrast(prompts: Int, using generator: inout SplitMix64) -> ClusteredContrast {
    func draw(_ most: Int) -> [ClusterTotal] {
      (0..<prompts).compactMap { prompt in
        let count = Int.random(in: 0...most, using: &generator)
        guard count > 0 else { return nil }
        return ClusterTotal(
          cluster: prompt, sum: generator.normal() * Double(count) + 0.3, count: Double(count))
      }
    }
    return ClusteredContrast(first: draw(9), second: draw(2))
  }

  @Test(arguments: [4, 9, 14, 15, 16, 17, 40, 130], 0..<3 as Range<UInt64>)
  func `the interval holds the differences whose own p-value is not small`(
    prompts: Int, seed: UInt64
  ) throws {
    var generator = SplitMix64(seed: seed)
    let contrast = contrast(prompts: prompts, using: &generator)
    let slow = SlowSignFlips(contrast, flips: 3000, seed: seed)
    let test = SignFlipTest(clusterCount: prompts, flips: 3000, seed: seed)
    for level in [0.8, 0.95] {
      guard let result = test.result(of: contrast, level: level) else { continue }
      #expect(result.pValue == slow.pValue(0))
      try expect(result.interval, level, slow.pValue)
    }
  }

  @Test(arguments: [(3, 40), (9, 40), (13, 40), (17, 40), (60, 70)], 0..<3 as Range<UInt64>)
  func `the same for means over all prompts`(prompts: (touched: Int, all: Int), seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let differences = (0..<prompts.touched).map { _ in 0.4 + generator.normal() }
    let slow = SlowSignFlips(differences: differences, of: prompts.all, flips: 3000, seed: seed)
    let test = SignFlipTest(clusterCount: prompts.all, flips: 3000, seed: seed)
    for level in [0.8, 0.95] {
      let result = try #require(test.result(ofDifferences: differences, level: level))
      #expect(result.pValue == slow.pValue(0))
      guard var interval = result.interval else {
        try expect(nil, level, slow.pValue)
        continue
      }
      // The far end is the test's, or what is written out here if that is farther.
      let mean = differences.reduce(0, +) / Double(prompts.all)
      let moments = try #require(CentralMoments(differences, zeros: prompts.all - differences.count))
      let reach = moments.reach(level: level)
      let far = mean > 0 ? interval.high : interval.low
      if abs(abs(far - mean) - reach) < 1e-12 {
        #expect(slow.pValue(far) <= 1 - level)
        // Nearer, where the test has it.
        let ends = (near: mean, far: far)
        let end = Self.end(between: ends.near, and: ends.far) { slow.pValue($0) > 1 - level }
        if mean > 0 { interval.high = end } else { interval.low = end }
      } else {
        #expect(abs(far - mean) > reach)
      }
      try expect(interval, level, slow.pValue)
    }
  }

  /// The last place from `inside` towards `outside` that is held.
  private static func end(between inside: Double, and outside: Double, _ holds: (Double) -> Bool) -> Double {
    var (inside, outside) = (inside, outside)
    for _ in 0..<60 {
      let middle = (inside + outside) / 2
      if holds(middle) { inside = middle } else { outside = middle }
    }
    return inside
  }

  @Test func `the far end of a mean of few clusters by hand`() throws {
    // 4, 2, 0, 0, 0, 0: mean 1; deviations 3, 1, −1 four times: variance 14/6 = 7/3, third moment 24/6 = 4,
    // fourth (81 + 1 + 4)/6 = 43/3. γ² = 16 / (7/3)³ = 1.2594752186588921, κ = 43/3 / (49/9) − 3 = −0.36734693877551.
    let moments = try #require(CentralMoments([4, 2], zeros: 4))
    #expect(abs(moments.variance - 7.0 / 3) < 1e-12)
    #expect(abs(moments.skewness - 1.1222634354993892) < 1e-12)
    #expect(abs(moments.excess - -0.3673469387755102) < 1e-12)
    // t with 5 degrees of freedom 2.5705818356, its square 6.6078909737, its fourth power 43.6642231204; √(7/15) =
    // 0.6831300511; γ² (t⁴ + 2t² − 3)/18 = 3.7700295091, −κ (t² − 3)/12 = 0.1104456421, together over 6: 0.6467458585.
    #expect(abs(moments.reach(level: 0.95) - 2.8917543979) < 1e-9)
    // Values that all say the same reach nowhere, and two of them are the fewest.
    #expect(CentralMoments([2, 2], zeros: 0)?.reach(level: 0.95) == 0)
    #expect(CentralMoments([2], zeros: 0) == nil)
    // Heavy tails and no skew would shorten t; it stays: 2.093024054408263 with 19 degrees of freedom, variance 162/20.
    let even = try #require(CentralMoments([9, -9], zeros: 18))
    #expect(abs(even.excess - 7) < 1e-12)
    #expect(abs(even.reach(level: 0.95) - 2.093024054408263 * (8.1 / 19).squareRoot()) < 1e-9)
  }

  @Test func `only the end that is farther from 0 moves`() throws {
    let differences = [9.0] + [Double](repeating: 1, count: 12)
    let test = SignFlipTest(clusterCount: 100)
    let up = try #require(test.result(ofDifferences: differences))
    let down = try #require(test.result(ofDifferences: differences.map { -$0 }))
    let mean = 0.21
    let reach = try #require(CentralMoments(differences, zeros: 87)?.reach(level: 0.95))
    let interval = try #require(up.interval)
    #expect(abs(interval.high - (mean + reach)) < 1e-12)
    #expect(interval.low > mean - reach)
    #expect(up.pValue <= 0.05 && interval.low > 0)
    #expect(down.pValue == up.pValue)
    #expect(down.interval == Interval(low: -interval.high, high: -interval.low))
  }

  /// Just inside of an end the p-value is above 1 − level, just outside it is not.
  private func expect(_ interval: Interval?, _ level: Double, _ pValue: (Double) -> Double) throws {
    guard let interval else {
      #expect(pValue(1e6) > 1 - level && pValue(-1e6) > 1 - level)
      return
    }
    let step = 1e-9 * (interval.high - interval.low)
    #expect(pValue(interval.low + step) > 1 - level)
    #expect(pValue(interval.low - step) <= 1 - level)
    #expect(pValue(interval.high - step) > 1 - level)
    #expect(pValue(interval.high + step) <= 1 - level)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `with equal counts the flips are the exchanges of labels`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let counts = (0..<9).map { _ in Double(Int.random(in: 1...4, using: &generator)) }
    let pairs = counts.map { ($0 * generator.normal(), $0 * generator.normal()) }
    func difference(_ subset: Int) -> Double {
      let sums = pairs.enumerated().reduce((0.0, 0.0)) { sums, pair in
        subset >> pair.offset & 1 == 1
          ? (sums.0 + pair.element.1, sums.1 + pair.element.0)
          : (sums.0 + pair.element.0, sums.1 + pair.element.1)
      }
      return abs(sums.0 - sums.1)
    }
    let atLeast = (0..<512).count { difference($0) >= difference(0) - 1e-12 }
    func totals(_ sum: (Int) -> Double) -> [ClusterTotal] {
      (0..<9).map { ClusterTotal(cluster: $0, sum: sum($0), count: counts[$0]) }
    }
    let contrast = ClusteredContrast(first: totals { pairs[$0].0 }, second: totals { pairs[$0].1 })
    #expect(SignFlipTest(clusterCount: 9).result(of: contrast)?.pValue == Double(atLeast) / 512)
  }

  @Test func `the order and the number of entries of a cluster do not matter`() {
    let test = SignFlipTest(clusterCount: 8)
    let whole = ClusteredContrast(
      first: totals([1, 5, 2, 8, 3, 9, 4, 7], count: 2), second: totals([Double](repeating: 4, count: 8)))
    var parts = whole
    parts.first = whole.first.reversed().flatMap { total in
      [
        ClusterTotal(cluster: total.cluster, sum: 1, count: 1),
        ClusterTotal(cluster: total.cluster, sum: total.sum - 1, count: 1),
      ]
    }
    #expect(test.result(of: parts) == test.result(of: whole))
    #expect(test.result(of: whole)?.interval != nil)
  }

  @Test func `a seed decides the digits`() {
    var generator = SplitMix64(seed: 1)
    let contrast = contrast(prompts: 40, using: &generator)
    let one = SignFlipTest(clusterCount: 40, flips: 1000, seed: 1).result(of: contrast)
    #expect(one == SignFlipTest(clusterCount: 40, flips: 1000, seed: 1).result(of: contrast))
    #expect(one != SignFlipTest(clusterCount: 40, flips: 1000, seed: 2).result(of: contrast))
    // More prompts than are touched change nothing.
    #expect(one == SignFlipTest(clusterCount: 500, flips: 1000, seed: 1).result(of: contrast))
  }

  @Test func `the signs of a seed stay the same`() {
    // A change of these digits changes every interval of a contrast ever reported.
    let flips = SignFlips(places: 20, count: 9, seed: ClusteredBootstrap.reportSeed)
    #expect(flips.patterns.prefix(3) == [45, 7, 186])
    let more = SignFlips(places: 30, count: 9, seed: ClusteredBootstrap.reportSeed)
    #expect(more.patterns.prefix(27) == flips.patterns.prefix(27))
    #expect((0..<9).map { flips.sum(ofFirst: 20, flip: $0) } == flips.sums.map(Int.init))
  }
}

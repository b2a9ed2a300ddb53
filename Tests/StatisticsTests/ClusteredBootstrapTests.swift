import Foundation
import TestSupport
import Testing

@testable import Statistics

/// Intervals from resampled prompts.
@Suite struct ClusteredBootstrapTests {
  /// Prompts of different sizes whose tokens have their prompt's effect in common. The true mean is 1.
  static func study(prompts: Int, using generator: inout SplitMix64) -> [[Double]] {
    (0..<prompts).map { _ in
      let effect = generator.normal()
      return (0..<Int.random(in: 5..<60, using: &generator)).map { _ in 1 + effect + generator.normal() }
    }
  }

  static func totals(_ study: [[Double]]) -> [ClusterTotal] {
    study.enumerated().map {
      ClusterTotal(cluster: $0, sum: $1.reduce(0, +), count: Double($1.count))
    }
  }

  @Test func `clustered intervals cover at the stated rate where independent ones fail`() throws {
    let studies = 600
    var clustered = 0
    var independent = 0
    var generator = SplitMix64(seed: 11)
    for study in 0..<studies {
      let data = Self.study(prompts: 40, using: &generator)
      let bootstrap = ClusteredBootstrap(clusterCount: 40, resamples: 500, seed: UInt64(study))
      let interval = try #require(bootstrap.interval(ofMean: Self.totals(data)))
      if interval.low <= 1 && 1 <= interval.high { clustered += 1 }
      let tokens = data.flatMap(\.self)
      let mean = tokens.reduce(0, +) / Double(tokens.count)
      let variance = tokens.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(tokens.count - 1)
      if abs(mean - 1) <= 1.959963984540054 * (variance / Double(tokens.count)).squareRoot() {
        independent += 1
      }
    }
    let rates = (
      clustered: Double(clustered) / Double(studies), independent: Double(independent) / Double(studies)
    )
    #expect((0.93...0.97).contains(rates.clustered), "\(rates)")
    #expect(rates.independent < 0.6, "\(rates)")
  }

  @Test func `intervals of means of sequence means cover at the stated rate with a dozen skewed prompts`()
    throws
  {
    let studies = 800
    var covered = 0
    var percentileCovered = 0
    var generator = SplitMix64(seed: 12)
    for study in 0..<studies {
      // Two sequences a prompt; exponential effects, true mean 1.
      let totals = (0..<12).map { prompt -> ClusterTotal in
        let effect = -log(1 - Double.random(in: 0..<1, using: &generator))
        let means = (0..<2).map { _ in effect + 0.3 * generator.normal() }
        return ClusterTotal(cluster: prompt, sum: means[0] + means[1], count: 2)
      }
      let bootstrap = ClusteredBootstrap(clusterCount: 12, resamples: 500, seed: UInt64(study))
      let interval = try #require(bootstrap.interval(ofMean: totals))
      let percentile = try #require(bootstrap.interval(ofMean: totals, method: .percentile))
      if interval.low <= 1 && 1 <= interval.high { covered += 1 }
      if percentile.low <= 1 && 1 <= percentile.high { percentileCovered += 1 }
    }
    let rates = (Double(covered) / Double(studies), Double(percentileCovered) / Double(studies))
    #expect((0.93...0.97).contains(rates.0), "\(rates)")
    #expect(rates.1 < 0.91, "\(rates)")
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `the interval is that of a bootstrap written out`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let totals = Self.totals(Self.study(prompts: 15, using: &generator))
    let slow = SlowBootstrap(seed: seed, resamples: 200, clusters: 15) { draw in
      let drawn = draw.map { totals[$0] }
      let mean = drawn.reduce(0) { $0 + $1.sum } / drawn.reduce(0) { $0 + $1.count }
      let count = drawn.reduce(0) { $0 + $1.count }
      let squares = drawn.reduce(0.0) { sum, total in
        let influence = (total.sum - mean * total.count) / count
        return sum + influence * influence
      }
      return (mean, squares.squareRoot())
    }
    let bootstrap = ClusteredBootstrap(clusterCount: 15, resamples: 200, seed: seed)
    expect(bootstrap.interval(ofMean: totals, level: 0.9), slow.studentised(level: 0.9))
    expect(bootstrap.interval(ofMean: totals, level: 0.9, method: .percentile), slow.percentile(level: 0.9))
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `the interval of a difference is that of a bootstrap written out`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let first = Self.totals(Self.study(prompts: 15, using: &generator))
    let second = Self.totals(Self.study(prompts: 15, using: &generator))
    let slow = SlowBootstrap(seed: seed, resamples: 130, clusters: 15) { draw in
      let (a, b) = (draw.map { first[$0] }, draw.map { second[$0] })
      let counts = (a.reduce(0) { $0 + $1.count }, b.reduce(0) { $0 + $1.count })
      let means = (a.reduce(0) { $0 + $1.sum } / counts.0, b.reduce(0) { $0 + $1.sum } / counts.1)
      let squares = zip(a, b).reduce(0) { sum, pair in
        let influence =
          (pair.0.sum - means.0 * pair.0.count) / counts.0 - (pair.1.sum - means.1 * pair.1.count) / counts.1
        return sum + influence * influence
      }
      return (means.0 - means.1, squares.squareRoot())
    }
    let bootstrap = ClusteredBootstrap(clusterCount: 15, resamples: 130, seed: seed)
    expect(bootstrap.interval(ofDifference: first, minus: second), slow.studentised(level: 0.95))
    expect(
      bootstrap.interval(ofDifference: first, minus: second, method: .percentile),
      slow.percentile(level: 0.95))
  }

  private func expect(_ interval: Interval?, _ expected: Interval) {
    guard let interval else {
      Issue.record("no interval")
      return
    }
    #expect(abs(interval.low - expected.low) < 1e-9)
    #expect(abs(interval.high - expected.high) < 1e-9)
  }

  @Test func `two clusters have Student's interval with one degree of freedom`() throws {
    // Mean 2; each cluster 1 away from it, so the error of the mean is √(2/1 · (1 + 1)) / 2 = 1.
    let totals = [ClusterTotal(cluster: 0, sum: 1, count: 1), ClusterTotal(cluster: 1, sum: 3, count: 1)]
    let interval = try #require(ClusteredBootstrap(clusterCount: 2, resamples: 1000).interval(ofMean: totals))
    #expect(abs(interval.low - (2 - 12.706204736174694)) < 1e-9)
    #expect(abs(interval.high - (2 + 12.706204736174694)) < 1e-9)
  }

  @Test func `an end lies no farther from the mean than three times as far as Student's`() throws {
    // Of eleven prompts eight say 0.1 and three about 1: a resample without the three has next to no error.
    let totals = [0.1, 0.1001, 0.0999, 0.1, 0.1002, 0.0998, 0.1, 0.1, 1, 1.1, 0.9].enumerated().map {
      ClusterTotal(cluster: $0, sum: $1, count: 1)
    }
    let interval = try #require(ClusteredBootstrap(clusterCount: 11).interval(ofMean: totals))
    let student = try #require(clusteredStudentInterval(ofMean: totals, clusterCount: 11))
    let mean = 3.8 / 11
    #expect(abs((interval.high - mean) - 3 * (student.high - mean)) < 1e-12)
    #expect(interval.low > student.low)
  }

  @Test func `intervals of prompts of two kinds cover and are no wider than they must be`() throws {
    var generator = SplitMix64(seed: 13)
    var covered = 0
    var widest = 0.0
    let studies = 600
    for study in 0..<studies {
      let totals = (0..<20).map { cluster in
        let level = Double.random(in: 0..<1, using: &generator) < 0.3 ? 0.5 : 0.03
        return ClusterTotal(cluster: cluster, sum: level * (1 + 0.2 * generator.normal()), count: 1)
      }
      let bootstrap = ClusteredBootstrap(clusterCount: 20, resamples: 500, seed: UInt64(study))
      let interval = try #require(bootstrap.interval(ofMean: totals))
      let student = try #require(clusteredStudentInterval(ofMean: totals, clusterCount: 20))
      let truth = 0.3 * 0.5 + 0.7 * 0.03
      if interval.low <= truth && truth <= interval.high { covered += 1 }
      widest = max(widest, (interval.high - interval.low) / (student.high - student.low))
    }
    let rate = Double(covered) / Double(studies)
    // The number of prompts of a kind comes in steps, and so does the rate.
    #expect(rate >= 0.93, "\(rate)")
    #expect(widest <= 3, "\(widest)")
  }

  @Test func `fewer than two clusters have no interval`() {
    let bootstrap = ClusteredBootstrap(clusterCount: 3, resamples: 100)
    let one = [ClusterTotal(cluster: 1, sum: 4, count: 2)]
    let empty = ClusterTotal(cluster: 2, sum: 0, count: 0)
    let two = [ClusterTotal(cluster: 0, sum: 4, count: 2), ClusterTotal(cluster: 1, sum: 4, count: 2)]
    #expect(bootstrap.interval(ofMean: []) == nil)
    #expect(bootstrap.interval(ofMean: one) == nil)
    #expect(bootstrap.interval(ofMean: one + one) == nil)
    #expect(bootstrap.interval(ofMean: one + [empty]) == nil)
    #expect(bootstrap.interval(ofDifference: two, minus: one) == nil)
    #expect(bootstrap.interval(ofMean: two) == Interval(low: 2, high: 2))
    #expect(mean(of: [empty]) == nil)
    #expect(mean(of: two) == 2)
  }

  @Test func `the same means differ by nothing`() {
    var generator = SplitMix64(seed: 3)
    let totals = Self.totals(Self.study(prompts: 20, using: &generator))
    let bootstrap = ClusteredBootstrap(clusterCount: 20, resamples: 100)
    #expect(bootstrap.interval(ofDifference: totals, minus: totals) == Interval(low: 0, high: 0))
  }

  @Test func `several entries of one cluster are one cluster`() {
    let bootstrap = ClusteredBootstrap(clusterCount: 3, resamples: 300)
    let parts = [0, 0, 1, 1, 2, 2].enumerated().map {
      ClusterTotal(cluster: $1, sum: Double($0 * $0), count: 1)
    }
    let whole = [0, 1, 2].map { ClusterTotal(cluster: $0, sum: Double([1, 13, 41][$0]), count: 2) }
    #expect(bootstrap.interval(ofMean: parts) == bootstrap.interval(ofMean: whole))
  }

  @Test func `the digits do not depend on who computes what at the same time`() async {
    var generator = SplitMix64(seed: 4)
    let studies = (0..<8).map { _ in Self.totals(Self.study(prompts: 25, using: &generator)) }
    let alone = studies.map { ClusteredBootstrap(clusterCount: 25, resamples: 200).interval(ofMean: $0) }
    let together = await withTaskGroup(of: (Int, Interval?).self) { group in
      let bootstrap = ClusteredBootstrap(clusterCount: 25, resamples: 200)
      for (place, study) in studies.enumerated() {
        group.addTask { (place, bootstrap.interval(ofMean: study)) }
      }
      return await group.reduce(into: [Int: Interval?]()) { $0[$1.0] = $1.1 }
    }
    for (place, interval) in alone.enumerated() { #expect(together[place] == interval) }
  }

  @Test func `the resamples of a seed stay the same`() {
    // A change of these digits changes every interval ever reported.
    var stream = RandomStream(seed: ClusteredBootstrap.reportSeed, stream: 0)
    #expect((0..<4).map { _ in stream.index(below: 1000) } == [498, 58, 604, 891])
  }
}

/// A bootstrap that draws lists of clusters and keeps every resample.
private struct SlowBootstrap {
  private let whole: (value: Double, error: Double)
  private let estimates: [(value: Double, error: Double)]

  init(seed: UInt64, resamples: Int, clusters: Int, estimate: ([Int]) -> (value: Double, error: Double)) {
    whole = estimate(Array(0..<clusters))
    estimates = (0..<resamples).map { resample in
      var stream = RandomStream(seed: seed, stream: UInt64(resample))
      return estimate((0..<clusters).map { _ in stream.index(below: clusters) })
    }
  }

  func percentile(level: Double) -> Interval {
    let values = estimates.map(\.value).sorted()
    return Interval(
      low: quantile((1 - level) / 2, ofSorted: values) ?? .nan,
      high: quantile((1 + level) / 2, ofSorted: values) ?? .nan)
  }

  func studentised(level: Double) -> Interval {
    let ratios = estimates.map { ($0.value - whole.value) / $0.error }.sorted()
    let cut = Int((1 - level) / 2 * Double(ratios.count - 1))
    return Interval(
      low: whole.value - ratios[ratios.count - 1 - cut] * whole.error,
      high: whole.value - ratios[cut] * whole.error)
  }
}

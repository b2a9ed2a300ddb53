import Statistics
import TestSupport
import Testing

/// Intervals from the spread between clusters.
@Suite struct ClusteredStudentIntervalTests {
  @Test func `three clusters of one value each have Student's textbook interval`() throws {
    let totals = [1.0, 2, 3].enumerated().map { ClusterTotal(cluster: $0, sum: $1, count: 1) }
    let interval = try #require(clusteredStudentInterval(ofMean: totals, clusterCount: 3))
    // 2 ± t · s/√3 with s = 1 and t = 4.302652729749462 for 2 degrees of freedom
    let reach = 4.302652729749462 / 3.0.squareRoot()
    #expect(abs(interval.low - (2 - reach)) < 1e-12)
    #expect(abs(interval.high - (2 + reach)) < 1e-12)
  }

  @Test func `one cluster has no interval`() {
    let totals = [ClusterTotal(cluster: 0, sum: 3, count: 2)]
    #expect(clusteredStudentInterval(ofMean: totals, clusterCount: 5) == nil)
  }

  @Test func `intervals cover clustered data where independent tokens would not`() throws {
    var generator = SplitMix64(seed: 17)
    var covered = 0
    let studies = 1000
    for _ in 0..<studies {
      let totals = (0..<20).map { cluster in
        let level = generator.normal()
        let count = Int.random(in: 5...15, using: &generator)
        let sum = (0..<count).reduce(0.0) { sum, _ in sum + level + 0.3 * generator.normal() }
        return ClusterTotal(cluster: cluster, sum: sum, count: Double(count))
      }
      let interval = try #require(clusteredStudentInterval(ofMean: totals, clusterCount: 20))
      if interval.low <= 0 && 0 <= interval.high { covered += 1 }
    }
    #expect((925...975).contains(covered), "covered \(covered) of \(studies)")
  }
}

import Statistics
import TestSupport
import Testing

/// Many intervals at once.
@Suite struct ResampledMeanTests {
  @Test func `each is the one that is made alone, to the last bit`() {
    var generator = SplitMix64(seed: 11)
    let bootstrap = ClusteredBootstrap(clusterCount: 30, resamples: 500)
    let slices = (0..<20).map { _ in
      (0..<30).map { ClusterTotal(cluster: $0, sum: generator.normal(), count: 2) }
    }
    let means =
      slices.map(ResampledMean.mean) + zip(slices, slices.dropFirst()).map { .difference($0, minus: $1) }
    let alone: [Interval?] =
      slices.map { bootstrap.interval(ofMean: $0) }
      + zip(slices, slices.dropFirst()).map { bootstrap.interval(ofDifference: $0, minus: $1) }
    #expect(bootstrap.intervals(of: means) == alone)
    #expect(alone.allSatisfy { $0 != nil })
  }

  @Test func `no mean has no interval`() {
    #expect(ClusteredBootstrap(clusterCount: 3, resamples: 10).intervals(of: []) == [])
  }
}

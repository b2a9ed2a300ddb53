import Statistics
import TestSupport
import Testing

/// The Transferability Index of arXiv 2507.00432.
@Suite struct TransferabilityIndexTests {
  private static func scores(_ base: [Double], _ tuned: [Double]) -> [BenchmarkScores] {
    zip(base, tuned).map { BenchmarkScores(base: $0, tuned: $1) }
  }

  @Test func `a group by hand`() throws {
    // Gains +16 and −4 with σ = 4: δ = 4 and −1, roots 2 and −1. Room 80 and 20: 0.8 · 2 − 0.2 · 1.
    let group = Self.scores([20, 80], [36, 76])
    #expect(abs(try #require(TransferabilityIndex.domainIndex(group, spread: 4)) - 1.4) < 1e-15)
    // Room 50 and 50, gains +9 and +1 with σ = 1: (3 + 1) / 2 = 2; 100 · 1.4 / 2.
    let trained = Self.scores([50, 50], [59, 51])
    let index = TransferabilityIndex.percent(of: group, over: trained, spreads: (4, 1))
    #expect(abs(try #require(index) - 70) < 1e-12)
  }

  @Test func `the first version by hand`() throws {
    // 16/20 and −4/80: (0.8 − 0.05) / 2 = 0.375; 9/50 and 1/50: 0.1.
    let group = Self.scores([20, 80], [36, 76])
    let trained = Self.scores([50, 50], [59, 51])
    #expect(abs(try #require(TransferabilityIndex.relativeGain(group)) - 0.375) < 1e-15)
    #expect(
      abs(try #require(TransferabilityIndex.relativePercent(of: group, over: trained)) - 375) < 1e-12)
  }

  @Test func `the standard deviation is the population's`() {
    // Mean 5, deviations −3, −1, −1, −1, 0, 0, 2, 4: 32 / 8 = 4.
    #expect(TransferabilityIndex.spread(ofGains: [2, 4, 4, 4, 5, 5, 7, 9]) == 2)
    #expect(TransferabilityIndex.spread(ofGains: [0.3, 0.3]) == nil)
    #expect(TransferabilityIndex.spread(ofGains: []) == nil)
  }

  @Test func `what does not exist is nil`() {
    let still = Self.scores([50, 60], [50, 60])
    let moved = Self.scores([50, 60], [55, 61])
    #expect(TransferabilityIndex.percent(of: moved, over: still, spreads: (1, 1)) == nil)
    #expect(TransferabilityIndex.percent(of: still, over: moved, spreads: (1, 1)) == 0)
    #expect(TransferabilityIndex.percent(of: moved, over: moved, spreads: (0, 1)) == nil)
    #expect(TransferabilityIndex.domainIndex([], spread: 1) == nil)
    #expect(TransferabilityIndex.domainIndex(Self.scores([100], [100]), spread: 1) == nil)
    #expect(TransferabilityIndex.relativeGain(Self.scores([0, 10], [1, 11])) == nil)
    #expect(TransferabilityIndex.relativePercent(of: moved, over: still) == nil)
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `the unit of scores and of the spreads cancels`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    func random() -> [BenchmarkScores] {
      (0..<4).map { _ in
        BenchmarkScores(
          base: .random(in: 0..<90, using: &generator), tuned: .random(in: 0..<100, using: &generator))
      }
    }
    let (group, trained) = (random(), random())
    let plain = try #require(TransferabilityIndex.percent(of: group, over: trained, spreads: (3, 2)))
    let scaled = try #require(TransferabilityIndex.percent(of: group, over: trained, spreads: (30, 20)))
    #expect(abs(plain - scaled) <= 1e-12 * abs(plain))
    let own = try #require(TransferabilityIndex.percent(of: group, over: group, spreads: (3, 3)))
    #expect(abs(own - 100) < 1e-10)
  }
}

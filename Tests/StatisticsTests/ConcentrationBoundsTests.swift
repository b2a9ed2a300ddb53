import Statistics
import TestSupport
import Testing

/// Bounds of Gini coefficient and Lorenz shares.
@Suite struct ConcentrationBoundsTests {
  private static let fractions = [0.01, 0.05, 0.25, 0.33, 0.5, 0.9, 1]

  private struct Bounds {
    var gini: ClosedRange<Double>?
    var shares: [ClosedRange<Double>]?
  }

  private func curve(
    lows: [Double], highs: [Double], _ fractions: [Double] = fractions
  ) -> Bounds {
    let (lows, highs) = (lows.sorted(by: >), highs.sorted(by: >))
    var totals = (low: DoubledSum(), high: DoubledSum(), ranked: DoubledSum())
    for low in lows { totals.low.add(low) }
    for (place, high) in highs.enumerated() {
      totals.high.add(high)
      totals.ranked.add(Double(place + 1) * high)
    }
    var most = GreatestConcentration(count: lows.count, lowTotal: totals.low, fractions: fractions)
    for (low, high) in zip(lows, highs) { most.add(low: low, high: high) }
    var least = LeastConcentration(
      count: lows.count, highTotal: totals.high, highRankedTotal: totals.ranked, fractions: fractions)
    var next = 0
    for low in lows {
      while next < highs.count, highs[next] >= low {
        least.add(high: highs[next])
        next += 1
      }
      least.add(low: low)
    }
    for high in highs[next...] { least.add(high: high) }
    return Bounds(
      gini: least.gini.flatMap { low in most.gini.map { low...max(low, $0) } },
      shares: least.shares.flatMap { lows in
        most.shares.map { zip(lows, $0).map { $0...max($0, $1) } }
      })
  }

  private func shares(_ values: [Double]) -> (gini: Double, shares: [Double])? {
    var curve = ConcentrationCurve(count: values.count, fractions: Self.fractions)
    for value in values.sorted(by: >) { curve.add(value) }
    guard let gini = curve.gini, let shares = curve.shares else { return nil }
    return (gini, shares)
  }

  @Test func `two holders between 1 and 2, by hand`() throws {
    let bounds = curve(lows: [1, 1], highs: [2, 2], [0.25, 0.5, 1])
    // The larger holds at least half of it, and at most 2 of 2 + 1; of half of the larger, half.
    #expect(bounds.shares == [0.25...1.0 / 3, 0.5...2.0 / 3, 1...1])
    // (2 (C₁ + C₂) − n − 1) / n = C₁ + C₂ − 3/2
    let gini = try #require(bounds.gini)
    #expect(gini.lowerBound == 0)
    #expect(abs(gini.upperBound - 1.0 / 6) < 1e-15)
  }

  @Test func `nothing to share out has no concentration`() {
    #expect(curve(lows: [], highs: []).shares == nil)
    #expect(curve(lows: [0, 0], highs: [0, 0]).gini == nil)
  }

  @Test func `of lower bounds that are all 0 nothing is known from below`() {
    let bounds = curve(lows: [0, 0, 0, 0], highs: [1, 1, 1, 1], [0.25])
    #expect(bounds.shares == [0.25...1])
    #expect(bounds.gini == 0...0.75)
  }

  @Test func `what is left of a large sum is right to the last digits`() throws {
    // 10⁸ and 10⁻⁸: as doubles, the sum less the first is 1.49 · 10⁻⁸.
    let bounds = curve(lows: [1e8, 1e-8], highs: [1e8, 1e-8], [0.5])
    let share = try #require(bounds.shares?.first)
    #expect(share.lowerBound == 1e8 / (1e8 + 1e-8))
    var sum = DoubledSum()
    sum.add(1e8)
    let part = sum
    sum.add(1e-8)
    #expect(sum.minus(part) == 1e-8)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `exact values have the concentration of their twin`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let values = (0..<40).map { _ in Double.random(in: 0...1, using: &generator) }
    let exact = try #require(shares(values))
    let bounds = curve(lows: values, highs: values)
    let gini = try #require(bounds.gini)
    #expect(abs(gini.lowerBound - exact.gini) < 1e-13, "seed \(seed)")
    #expect(abs(gini.upperBound - exact.gini) < 1e-13, "seed \(seed)")
    for (share, exact) in zip(try #require(bounds.shares), exact.shares) {
      #expect(abs(share.lowerBound - exact) < 1e-13, "seed \(seed)")
      #expect(abs(share.upperBound - exact) < 1e-13, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `whatever the values between the bounds are, theirs lies between the bounds`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 1...12, using: &generator)
    let lows = (0..<count).map { _ in
      Bool.random(using: &generator) ? 0 : Double.random(in: 0...1, using: &generator)
    }
    let highs = lows.map { $0 + Double.random(in: 0...0.5, using: &generator) }
    let bounds = curve(lows: lows, highs: highs)
    for _ in 0..<20 {
      let values = zip(lows, highs).map { low, high in
        switch Int.random(in: 0...2, using: &generator) {
        case 0: low
        case 1: high
        default: Double.random(in: low...high, using: &generator)
        }
      }
      guard let whole = shares(values) else { continue }
      let gini = try #require(bounds.gini)
      #expect(gini.lowerBound <= whole.gini + 1e-12, "seed \(seed)")
      #expect(whole.gini <= gini.upperBound + 1e-12, "seed \(seed)")
      for (share, whole) in zip(try #require(bounds.shares), whole.shares) {
        #expect(share.lowerBound <= whole + 1e-12, "seed \(seed)")
        #expect(whole <= share.upperBound + 1e-12, "seed \(seed)")
      }
    }
  }

  /// The least over levels written out: each value as near to the level as its bounds allow.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `the lower bounds are the least over all levels`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 1...30, using: &generator)
    let lows = (0..<count).map { _ in
      Bool.random(using: &generator) ? 0 : Double.random(in: 0...1, using: &generator)
    }
    let highs = lows.map {
      Int.random(in: 0..<4, using: &generator) == 0
        ? $0 : $0 + Double.random(in: 0...1, using: &generator)
    }
    let bounds = curve(lows: lows, highs: highs)
    let levels = (lows + highs).sorted()
    let candidates =
      levels
      + zip(levels, levels.dropFirst()).flatMap { low, high in
        (1..<8).map { low + (high - low) * Double($0) / 8 }
      }
    let found = candidates.compactMap { level in
      shares(zip(lows, highs).map { max($0, min($1, level)) })
    }
    guard let least = found.map(\.gini).min() else {
      #expect(bounds.gini == nil)
      return
    }
    #expect(abs(try #require(bounds.gini).lowerBound - least) < 1e-12, "seed \(seed)")
    for (place, share) in try #require(bounds.shares).enumerated() {
      let least = try #require(found.map { $0.shares[place] }.min())
      #expect(abs(share.lowerBound - least) < 1e-12, "seed \(seed), \(Self.fractions[place])")
    }
  }

  @Test func `three holders of which one certainly has more, by hand`() throws {
    // Between 0 and 1, between 0 and 2, certainly 4: the evenest are 1, 2 and 4.
    let bounds = curve(lows: [0, 0, 4], highs: [1, 2, 4], [1.0 / 3, 1])
    #expect(try #require(bounds.shares?.first).lowerBound == 4.0 / 7)
    // Ranked sum 4 + 2 · 2 + 3 · 1 = 11: (4 − 22/7) / 3 = 2/7.
    #expect(abs(try #require(bounds.gini).lowerBound - 2.0 / 7) < 1e-15)
    // At most 4 of 4, and (2 · 3 − 4) / 3.
    #expect(bounds.shares?.first?.upperBound == 1)
    #expect(abs(try #require(bounds.gini).upperBound - 2.0 / 3) < 1e-15)
  }
}

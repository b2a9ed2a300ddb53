import Statistics
import TestSupport
import Testing

/// Bounds of Gini coefficient and Lorenz shares.
@Suite struct ConcentrationCurveBoundsTests {
  private static let fractions = [0.01, 0.05, 0.25, 0.33, 0.5, 0.9, 1]

  private func curve(
    lows: [Double], highs: [Double], _ fractions: [Double] = fractions
  ) -> ConcentrationCurveBounds {
    var totals = (low: DoubledSum(), high: DoubledSum())
    for low in lows { totals.low.add(low) }
    for high in highs { totals.high.add(high) }
    var curve = ConcentrationCurveBounds(
      count: lows.count, lowTotal: totals.low, highTotal: totals.high, fractions: fractions)
    let order = lows.indices.sorted { (lows[$0], $1) > (lows[$1], $0) }
    for (place, top) in zip(order, highs.sorted(by: >)) {
      curve.add(low: lows[place], high: highs[place], top: top)
    }
    return curve
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
}

import Statistics
import TestSupport
import Testing

/// Bounds of Gini coefficient and Lorenz shares.
@Suite struct ConcentrationBoundsTests {
  @Test func `two holders between 1 and 2, by hand`() throws {
    let bounds = try #require(ConcentrationBounds(lows: [1, 1], highs: [2, 2]))
    // The larger holds at least half of it, and at most 2 of 2 + 1.
    let half = bounds.share(ofLargest: 0.5)
    #expect(half.lowerBound == 0.5)
    #expect(half.upperBound == 2.0 / 3)
    let quarter = bounds.share(ofLargest: 0.25)
    #expect(quarter.lowerBound == 0.25)
    #expect(quarter.upperBound == 1.0 / 3)
    #expect(bounds.share(ofLargest: 1).lowerBound == 1)
    // (2 (C₁ + C₂) − n − 1) / n = C₁ + C₂ − 3/2
    #expect(bounds.gini.lowerBound == 0)
    #expect(abs(bounds.gini.upperBound - 1.0 / 6) < 1e-15)
  }

  @Test func `nothing to share out has no concentration`() {
    #expect(ConcentrationBounds(lows: [], highs: []) == nil)
    #expect(ConcentrationBounds(lows: [0, 0], highs: [0, 0]) == nil)
  }

  @Test func `of lower bounds that are all 0 nothing is known from below`() throws {
    let bounds = try #require(ConcentrationBounds(lows: [0, 0, 0, 0], highs: [1, 1, 1, 1]))
    let quarter = bounds.share(ofLargest: 0.25)
    #expect(quarter.lowerBound == 0.25)
    #expect(quarter.upperBound == 1)
    #expect(bounds.gini.lowerBound == 0)
    #expect(bounds.gini.upperBound == 0.75)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `exact values have the concentration of their twin`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let values = (0..<40).map { _ in Double.random(in: 0...1, using: &generator) }
    let exact = try #require(Concentration(values))
    let bounds = try #require(ConcentrationBounds(lows: values, highs: values))
    #expect(abs(bounds.gini.lowerBound - exact.gini) < 1e-13, "seed \(seed)")
    #expect(abs(bounds.gini.upperBound - exact.gini) < 1e-13, "seed \(seed)")
    for fraction in [0.01, 0.05, 0.33, 0.5, 1] {
      let share = bounds.share(ofLargest: fraction)
      #expect(abs(share.lowerBound - exact.share(ofLargest: fraction)) < 1e-13, "seed \(seed)")
      #expect(abs(share.upperBound - exact.share(ofLargest: fraction)) < 1e-13, "seed \(seed)")
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
    let bounds = try #require(ConcentrationBounds(lows: lows, highs: highs))
    for _ in 0..<20 {
      let values = zip(lows, highs).map { low, high in
        switch Int.random(in: 0...2, using: &generator) {
        case 0: low
        case 1: high
        default: Double.random(in: low...high, using: &generator)
        }
      }
      guard let whole = Concentration(values) else { continue }
      #expect(bounds.gini.lowerBound <= whole.gini + 1e-12, "seed \(seed)")
      #expect(whole.gini <= bounds.gini.upperBound + 1e-12, "seed \(seed)")
      for fraction in [0.01, 0.05, 0.25, 0.5, 0.9] {
        let share = bounds.share(ofLargest: fraction)
        #expect(share.lowerBound <= whole.share(ofLargest: fraction) + 1e-12, "seed \(seed)")
        #expect(whole.share(ofLargest: fraction) <= share.upperBound + 1e-12, "seed \(seed)")
      }
    }
  }
}

import Statistics
import TestSupport
import Testing

/// Gini coefficient and Lorenz shares.
@Suite struct ConcentrationTests {
  @Test func `equal shares have no concentration`() throws {
    let equal = try #require(Concentration([2, 2, 2, 2]))
    #expect(equal.gini == 0)
    #expect(equal.share(ofLargest: 0.25) == 0.25)
    #expect(equal.share(ofLargest: 0.1) == 0.1)
  }

  @Test func `one of four that holds everything has a Gini of three quarters`() throws {
    let single = try #require(Concentration([0, 0, 4, 0]))
    #expect(single.gini == 0.75)
    #expect(single.share(ofLargest: 0.25) == 1)
    #expect(single.share(ofLargest: 0.125) == 0.5)
    #expect(single.share(ofLargest: 0) == 0)
  }

  @Test func `shares of 1 2 3 4 by hand`() throws {
    let values = try #require(Concentration([3, 1, 4, 2]))
    // Sum of all |xᵢ − xⱼ| is 20: 20 / (2 · 4 · 10)
    #expect(values.gini == 0.25)
    // The largest two hold 7 of 10; the largest 1.5 of them hold 4 + 3/2.
    #expect(values.share(ofLargest: 0.5) == 0.7)
    #expect(values.share(ofLargest: 0.375) == 0.55)
    #expect(values.share(ofLargest: 1) == 1)
  }

  @Test func `nothing to share out has no concentration`() {
    #expect(Concentration([]) == nil)
    #expect(Concentration([0, 0]) == nil)
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `the Gini coefficient is the mean absolute difference of all pairs`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let values = (0..<50).map { _ in
      Double.random(in: 0..<1, using: &generator) * .random(in: 0...9, using: &generator)
    }
    let differences = values.reduce(0) { sum, x in sum + values.reduce(0) { $0 + abs(x - $1) } }
    let expected = differences / (2 * 50 * values.reduce(0, +))
    #expect(abs(try #require(Concentration(values)).gini - expected) < 1e-13)
  }
}

import Statistics
import TestSupport
import Testing

/// Gini coefficient and Lorenz shares.
@Suite struct ConcentrationCurveTests {
  private func curve(_ values: [Double], _ fractions: [Double] = []) -> ConcentrationCurve {
    var curve = ConcentrationCurve(count: values.count, fractions: fractions)
    for value in values.sorted(by: >) { curve.add(value) }
    return curve
  }

  @Test func `equal shares have no concentration`() {
    let equal = curve([2, 2, 2, 2], [0.1, 0.25])
    #expect(equal.gini == 0)
    #expect(equal.shares == [0.1, 0.25])
  }

  @Test func `one of four that holds everything has a Gini of three quarters`() {
    let single = curve([0, 0, 4, 0], [0, 0.125, 0.25])
    #expect(single.gini == 0.75)
    #expect(single.shares == [0, 0.5, 1])
  }

  @Test func `shares of 1 2 3 4 by hand`() {
    let values = curve([3, 1, 4, 2], [0.375, 0.5, 1])
    // Sum of all |xᵢ − xⱼ| is 20: 20 / (2 · 4 · 10)
    #expect(values.gini == 0.25)
    // The largest two hold 7 of 10; the largest 1.5 of them hold 4 + 3/2.
    #expect(values.shares == [0.55, 0.7, 1])
  }

  @Test func `nothing to share out has no concentration`() {
    #expect(curve([], [0.5]).gini == nil)
    #expect(curve([], [0.5]).shares == nil)
    #expect(curve([0, 0], [0.5]).gini == nil)
    #expect(curve([0, 0], [0.5]).shares == nil)
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `the Gini coefficient is the mean absolute difference of all pairs`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let values = (0..<50).map { _ in
      Double.random(in: 0..<1, using: &generator) * .random(in: 0...9, using: &generator)
    }
    let differences = values.reduce(0) { sum, x in sum + values.reduce(0) { $0 + abs(x - $1) } }
    let expected = differences / (2 * 50 * values.reduce(0, +))
    #expect(abs(try #require(curve(values).gini) - expected) < 1e-13)
  }
}

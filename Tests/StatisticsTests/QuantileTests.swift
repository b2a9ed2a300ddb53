import Statistics
import Testing

/// Quantiles by Hyndman and Fan's type 7.
@Suite struct QuantileTests {
  @Test func `a quantile lies on the line between its neighbours`() {
    // h = 0.3 · 3 = 0.9: 1 + 0.9 · (2 − 1)
    #expect(quantile(0.3, ofSorted: [1, 2, 4, 8]) == 1.9)
    // h = 1.5: 2 + 0.5 · (4 − 2)
    #expect(quantile(0.5, ofSorted: [1, 2, 4, 8]) == 3)
    #expect(quantile(0, ofSorted: [1, 2, 4, 8]) == 1)
    #expect(quantile(1, ofSorted: [1, 2, 4, 8]) == 8)
    // numpy.quantile([-1.5, 0, 2.25, 7, 9], 0.9) with NumPy 2.4.6
    #expect(quantile(0.9, ofSorted: [-1.5, 0, 2.25, 7, 9]) == 8.2)
  }

  @Test func `one value is every quantile and no value is none`() {
    #expect(quantile(0.25, ofSorted: [3]) == 3)
    #expect(quantile(0.25, ofSorted: []) == nil)
  }

  @Test func `infinite neighbours stay infinite`() {
    #expect(quantile(0.25, ofSorted: [-.infinity, -.infinity, 0]) == -.infinity)
    #expect(quantile(1, ofSorted: [0, .infinity]) == .infinity)
  }
}

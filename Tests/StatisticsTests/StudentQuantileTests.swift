import Testing

@testable import Statistics

/// Quantiles of Student's t distribution.
@Suite struct StudentQuantileTests {
  @Test(arguments: [
    // scipy.stats.t.ppf(probability, degrees) with SciPy 1.17.1
    (0.975, 1, 12.706204736174694), (0.975, 2, 4.302652729749462), (0.975, 3, 3.182446305283708),
    (0.975, 4, 2.7764451051977934), (0.995, 5, 4.032142983555227), (0.95, 10, 1.8124611228116756),
    (0.975, 101, 1.983731002955606), (0.5, 3, 0),
  ])
  func `the quantiles are those of the tables`(probability: Double, degrees: Int, expected: Double) {
    #expect(abs(studentQuantile(probability, degrees: degrees) - expected) <= 1e-12 * (1 + expected))
  }
}

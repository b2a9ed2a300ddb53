/// The q-values of Benjamini and Hochberg: the smallest false discovery rate at which each test is called.
///
/// With the p-values in rising order, `qᵢ = min over j ≥ i of pⱼ · m / j`, at most 1. Calling every test with q ≤ α keeps
/// the expected share of false calls at or below α when the tests are independent or positively dependent on
/// each other (PRDS). Under other dependence the bound is α · (1 + ½ + … + 1/m).
///
/// - Parameter pValues: One for each of m tests, 0 … 1.
/// - Returns: The q-values in the order of the tests.
/// - Precondition: Every p-value lies in 0 … 1.
///
/// Source: Benjamini and Hochberg (1995); dependence: Benjamini and Yekutieli (2001).
public func qValues(_ pValues: [Double]) -> [Double] {
  precondition(pValues.allSatisfy { $0 >= 0 && $0 <= 1 }, "p-values must lie in 0...1")
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  var qValues = pValues
  var least = 1.0
  for (place, test) in order.enumerated().reversed() {
    least = min(least, pValues[test] * Double(pValues.count) / Double(place + 1))
    qValues[test] = least
  }
  return qValues
}

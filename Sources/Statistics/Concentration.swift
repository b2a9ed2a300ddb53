/// How unevenly a quantity is shared out among its holders: positions, tokens, prompts.
///
/// Built once from all values; every question is then answered from the sorted running sums.
public struct Concentration: Sendable {
  /// The values from the largest to the smallest, summed up; the first entry is 0.
  private let sums: [Double]
  private let weightedSum: Double

  /// The concentration of these values.
  ///
  /// - Parameter values: Not negative, finite.
  /// - Returns: Nil where there is nothing to share out: no values, or all of them 0.
  /// - Precondition: No value is negative or not finite.
  public init?(_ values: [Double]) {
    precondition(
      values.allSatisfy { $0 >= 0 && $0.isFinite }, "shares need values that are finite and not negative")
    var sums = [0.0]
    sums.reserveCapacity(values.count + 1)
    var sum = 0.0
    var weightedSum = 0.0
    for (place, value) in values.sorted(by: >).enumerated() {
      sum += value
      weightedSum += Double(place + 1) * value
      sums.append(sum)
    }
    guard sum > 0 else { return nil }
    self.sums = sums
    self.weightedSum = weightedSum
  }

  /// The Gini coefficient: 0 where all hold the same, `1 − 1/n` where one of n holds everything.
  ///
  /// `G = Σᵢ Σⱼ |xᵢ − xⱼ| / (2 n Σ x)  =  (n + 1 − 2 Σ i·x₍ᵢ₎ / Σ x) / n`, i counted from the largest.
  ///
  /// Source: Gini (1912).
  public var gini: Double {
    let count = Double(sums.count - 1)
    return max(0, (count + 1 - 2 * weightedSum / total) / count)
  }

  /// The part of the total that the largest values hold: one minus the Lorenz curve at `1 − fraction`.
  ///
  /// - Parameter fraction: How many of the values, 0 … 1. A value that is cut in two counts in part.
  /// - Returns: 0 … 1, at least `fraction`.
  /// - Precondition: `fraction` lies in 0 … 1.
  ///
  /// Source: Lorenz (1905).
  public func share(ofLargest fraction: Double) -> Double {
    precondition(fraction >= 0 && fraction <= 1, "the fraction must lie in 0...1, but is \(fraction)")
    let place = fraction * Double(sums.count - 1)
    let whole = min(Int(place), sums.count - 2)
    let held = sums[whole] + (place - Double(whole)) * (sums[whole + 1] - sums[whole])
    return min(1, held / total)
  }

  private var total: Double { sums[sums.count - 1] }
}

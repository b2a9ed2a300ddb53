/// How values spread around their mean: how far, how lopsidedly, and with how heavy tails.
struct CentralMoments {
  /// The number of values, at least 2.
  let count: Int
  /// `Σ (x − mean)² / n`.
  let variance: Double
  /// `γ = Σ (x − mean)³ / n / variance^(3/2)`: above 0 where the far values lie above the mean. 0 without variance.
  let skewness: Double
  /// `κ = Σ (x − mean)⁴ / n / variance² − 3`: 0 for a normal distribution. 0 without variance.
  let excess: Double

  /// The moments of these values and of so many zeros beside them; nil for fewer than two.
  init?(_ values: [Double], zeros: Int) {
    count = values.count + zeros
    guard count >= 2 else { return nil }
    let count = Double(count)
    let mean = values.reduce(0, +) / count
    func moment(_ power: (Double) -> Double) -> Double {
      values.reduce(Double(zeros) * power(-mean)) { $0 + power($1 - mean) } / count
    }
    variance = moment { $0 * $0 }
    guard variance > 0 else {
      (skewness, excess) = (0, 0)
      return
    }
    skewness = moment { $0 * $0 * $0 } / (variance * variance.squareRoot())
    excess = moment { $0 * $0 * $0 * $0 } / (variance * variance) - 3
  }

  /// How far to both sides of the mean of such values an interval reaches that covers at the level to second order.
  ///
  ///     t · √(variance / (n − 1)) · (1 + (γ² (t⁴ + 2t² − 3) / 18 − κ (t² − 3) / 12) / n)
  ///
  /// with Student's t of n − 1 degrees of freedom, and never less than without the correction. The mean of skewed values
  /// and its estimated error rise and fall together: where the mean comes out small, so does the error, and t alone
  /// reaches too short. A symmetric bootstrap-t finds the same from resamples, at O(resamples · n).
  ///
  /// - Parameter level: How often the interval is to contain the true mean, above 0 and below 1.
  ///
  /// Source: Hall, *The Bootstrap and Edgeworth Expansion* (1992), the second term of the two-sided expansion of
  /// Student's statistic, inverted.
  func reach(level: Double) -> Double {
    let t = studentQuantile((1 + level) / 2, degrees: count - 1)
    let square = t * t
    let correction =
      skewness * skewness * (square * square + 2 * square - 3) / 18 - excess * (square - 3) / 12
    return t * (variance / Double(count - 1)).squareRoot() * (1 + max(0, correction / Double(count)))
  }
}

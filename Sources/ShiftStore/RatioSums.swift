import Foundation

/// Sums of ratios and of their squares, as multiples of the largest ratio: of ratios of whole sequences, e^±1000 and more,
/// neither could be held as they are.
struct RatioSums {
  private var count = 0.0
  /// The logarithm of the largest ratio.
  private var largest = -Double.infinity
  private var sum = 0.0
  private var squareSum = 0.0

  /// Adds a ratio by its logarithm, which is finite.
  mutating func add(logRatio: Double) {
    raise(to: logRatio)
    count += 1
    sum += exp(logRatio - largest)
    squareSum += exp(2 * (logRatio - largest))
  }

  static func += (sums: inout RatioSums, other: RatioSums) {
    guard other.count > 0 else { return }
    sums.raise(to: other.largest)
    sums.count += other.count
    sums.sum += other.sum * exp(other.largest - sums.largest)
    sums.squareSum += other.squareSum * exp(2 * (other.largest - sums.largest))
  }

  private mutating func raise(to logRatio: Double) {
    guard logRatio > largest else { return }
    if count > 0 {
      sum *= exp(largest - logRatio)
      squareSum *= exp(2 * (largest - logRatio))
    }
    largest = logRatio
  }

  /// `(Σ ρ)² / (n Σ ρ²)`: 1 where all ratios are the same, 1/n where one outweighs all others. Nil of none.
  var effectiveShare: Double? { count > 0 ? sum * sum / (count * squareSum) : nil }
}

/// A sum of doubles that keeps what rounding takes off it: about 32 decimal digits.
///
/// Source: Knuth (1969), the error of a sum as a double; Dekker (1971).
public struct DoubledSum: Sendable {
  private var high = 0.0
  private var low = 0.0

  /// Nothing yet.
  public init() {}

  /// Adds a number, which is finite.
  public mutating func add(_ term: Double) {
    let sum = high + term
    let taken = sum - high
    low += (high - (sum - taken)) + (term - taken)
    high = sum + low
    low -= high - sum
  }

  /// The sum as the nearest double.
  public var value: Double { high }

  /// What is left of the sum when a part of what it adds up is taken off, rounded once or twice.
  public func minus(_ part: DoubledSum) -> Double { (high - part.high) + (low - part.low) }
}

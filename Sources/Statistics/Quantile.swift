/// The value below which a fraction of the values lies, between two of them by a straight line.
///
/// With the values x₀ ≤ x₁ ≤ … ≤ xₙ₋₁ and `h = fraction · (n − 1)`: `x⌊h⌋ + (h − ⌊h⌋) · (x⌊h⌋₊₁ − x⌊h⌋)`.
/// This is type 7 of Hyndman and Fan (1996), the default of NumPy and R. Fraction ½ is the median.
///
/// - Parameters:
///   - fraction: 0 … 1.
///   - sorted: The values in rising order.
/// - Returns: Nil where there are no values.
/// - Precondition: `fraction` lies in 0 … 1.
public func quantile(_ fraction: Double, ofSorted sorted: [Double]) -> Double? {
  precondition(fraction >= 0 && fraction <= 1, "the fraction must lie in 0...1, but is \(fraction)")
  guard let last = sorted.last else { return nil }
  let place = fraction * Double(sorted.count - 1)
  let below = Int(place)
  guard below + 1 < sorted.count else { return last }
  let (low, high) = (sorted[below], sorted[below + 1])
  let part = place - Double(below)
  return part == 0 || low == high ? low : low + part * (high - low)
}

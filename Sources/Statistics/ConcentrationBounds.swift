/// How unevenly a quantity is shared out when each holder's part is only known to lie between two bounds.
///
/// With `lᵢ ≤ xᵢ ≤ hᵢ` the k largest of the true values hold
///
/// - at least `Σ_A l / (Σ_A l + Σ_rest h)`, with A the k largest lower bounds: no set holds more than the k largest
///   values do, and a share grows with what is inside and shrinks with what is outside;
/// - at most `H / (H + L)`, with H the sum of the k largest upper bounds and L that of the n − k smallest lower bounds.
///
/// Where every part is known exactly both are the share itself. See ``Concentration``.
///
/// Complexity: O(n log n).
public struct ConcentrationBounds: Sendable {
  /// The bounds of a number.
  public typealias Bounds = ClosedRange<Double>

  /// The least and the greatest share of the k largest, by k from 0 to n.
  private let shares: [Bounds]

  /// The concentration of values between these bounds.
  ///
  /// - Parameters:
  ///   - lows: Lower bounds, not negative.
  ///   - highs: Upper bounds, finite, in the same order.
  /// - Returns: Nil where there is nothing to share out: no values, or all of them certainly 0.
  /// - Precondition: Each lower bound is at most its upper bound.
  public init?(lows: [Double], highs: [Double]) {
    precondition(lows.count == highs.count, "\(lows.count) lower bounds have \(highs.count) upper bounds")
    precondition(
      zip(lows, highs).allSatisfy { $0 >= 0 && $0 <= $1 && $1.isFinite },
      "bounds must be in order, finite and not negative")
    guard highs.contains(where: { $0 > 0 }) else { return nil }
    let order = lows.indices.sorted { (lows[$0], $1) > (lows[$1], $0) }
    let tops = highs.sorted(by: >)
    let restHighs = Self.sumsFromEnd(order.map { highs[$0] })
    let restLows = Self.sumsFromEnd(order.map { lows[$0] })
    var shares: [Bounds] = [0...0]
    shares.reserveCapacity(order.count + 1)
    var held = 0.0
    var top = 0.0
    for place in order.indices {
      held += lows[order[place]]
      top += tops[place]
      let even = Double(place + 1) / Double(order.count)
      let least = min(1, max(even, Self.part(held, beside: restHighs[place + 1])))
      shares.append(least...max(least, Self.part(top, beside: restLows[place + 1])))
    }
    self.shares = shares
  }

  /// The bounds of the Gini coefficient, `(2 Σₖ Cₖ − n − 1) / n` with the share Cₖ of the k largest, k from 1.
  public var gini: Bounds {
    let count = Double(shares.count - 1)
    func gini(_ sum: Double) -> Double { max(0, (2 * sum - count - 1) / count) }
    let least = gini(shares.reduce(0) { $0 + $1.lowerBound })
    return least...max(least, gini(shares.reduce(0) { $0 + $1.upperBound }))
  }

  /// The bounds of the part of the whole that the largest values hold.
  ///
  /// - Parameter fraction: How many of the values, 0 … 1. A value that is cut in two counts in part.
  /// - Precondition: `fraction` lies in 0 … 1.
  public func share(ofLargest fraction: Double) -> Bounds {
    precondition(fraction >= 0 && fraction <= 1, "the fraction must lie in 0...1, but is \(fraction)")
    let place = fraction * Double(shares.count - 1)
    let below = min(Int(place), shares.count - 2)
    let part = place - Double(below)
    func between(_ end: KeyPath<Bounds, Double>) -> Double {
      shares[below][keyPath: end] + part * (shares[below + 1][keyPath: end] - shares[below][keyPath: end])
    }
    let least = between(\.lowerBound)
    return least...max(least, between(\.upperBound))
  }

  /// Entry k is the sum of the values from the k-th on; the last entry is 0.
  private static func sumsFromEnd(_ values: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: values.count + 1)
    for place in values.indices.reversed() { sums[place] = sums[place + 1] + values[place] }
    return sums
  }

  private static func part(_ inside: Double, beside outside: Double) -> Double {
    inside > 0 ? inside / (inside + outside) : 0
  }
}

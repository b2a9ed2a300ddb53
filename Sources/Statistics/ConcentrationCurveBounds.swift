/// How unevenly a quantity is shared out when each holder's part is only known to lie between two bounds.
///
/// With `lᵢ ≤ xᵢ ≤ hᵢ` the k largest of the true values hold
///
/// - at least `Σ_A l / (Σ_A l + Σ_rest h)`, with A the k largest lower bounds: no set holds more than the k largest
///   values do, and a share grows with what is inside and shrinks with what is outside;
/// - at most `H / (H + L)`, with H the sum of the k largest upper bounds and L that of the n − k smallest lower bounds.
///
/// Where every part is known exactly both are the share itself. See ``ConcentrationCurve``, whose values come in the same
/// way. What is outside is the whole less what is inside, in twice the digits of a double.
public struct ConcentrationCurveBounds: Sendable {
  /// The bounds of a number.
  public typealias Bounds = ClosedRange<Double>

  private let count: Int
  private let places: [CurvePlace]
  private let lowTotal: DoubledSum
  private let highTotal: DoubledSum
  private var lowSum = DoubledSum()
  private var pairedHighSum = DoubledSum()
  private var topSum = 0.0
  private var heldSum = 0.0
  private var share: Bounds = 0...0
  private var shareSums = (low: 0.0, high: 0.0)
  private var held: [Bounds] = []
  private var taken = 0

  /// - Parameters:
  ///   - count: How many holders there will be.
  ///   - lowTotal: The sum of all lower bounds.
  ///   - highTotal: The sum of all upper bounds.
  ///   - fractions: How many of the largest values shares are wanted of, rising, 0 … 1. A value that is cut in two
  ///     counts in part.
  /// - Precondition: The fractions lie in 0 … 1 and rise.
  public init(count: Int, lowTotal: DoubledSum, highTotal: DoubledSum, fractions: [Double]) {
    self.count = count
    self.lowTotal = lowTotal
    self.highTotal = highTotal
    places = CurvePlace.all(fractions, count: count)
  }

  /// Takes the next of both orders.
  ///
  /// - Parameters:
  ///   - low: The next lower bound, from the largest.
  ///   - high: The upper bound of the same holder.
  ///   - top: The next upper bound, from the largest, whoever's it is.
  /// - Precondition: The bounds are finite, in order and not negative.
  public mutating func add(low: Double, high: Double, top: Double) {
    precondition(
      low >= 0 && low <= high && high.isFinite && top.isFinite,
      "bounds must be in order, finite and not negative, but are \(low) and \(high)")
    lowSum.add(low)
    pairedHighSum.add(high)
    heldSum += low
    topSum += top
    let even = Double(taken + 1) / Double(count)
    let least = min(1, max(even, Self.part(heldSum, beside: highTotal.minus(pairedHighSum))))
    let next = least...max(least, Self.part(topSum, beside: lowTotal.minus(lowSum)))
    while held.count < places.count, places[held.count].whole == taken {
      let part = places[held.count].part
      let low = share.lowerBound + part * (next.lowerBound - share.lowerBound)
      held.append(low...max(low, share.upperBound + part * (next.upperBound - share.upperBound)))
    }
    share = next
    shareSums.low += next.lowerBound
    shareSums.high += next.upperBound
    taken += 1
  }

  /// The bounds of the Gini coefficient, `(2 Σₖ Cₖ − n − 1) / n` with the share Cₖ of the k largest, k from 1. Nil where
  /// there is nothing to share out: no values, or all of them certainly 0.
  public var gini: Bounds? {
    guard highTotal.value > 0 else { return nil }
    func gini(_ sum: Double) -> Double { max(0, (2 * sum - Double(count) - 1) / Double(count)) }
    let least = gini(shareSums.low)
    return least...max(least, gini(shareSums.high))
  }

  /// The bounds of the parts of the whole that the largest values hold, by fraction. Nil where there is nothing to share
  /// out.
  public var shares: [Bounds]? { highTotal.value > 0 ? held : nil }

  private static func part(_ inside: Double, beside outside: Double) -> Double {
    // What is left of a difference can be a little below 0.
    inside > 0 ? inside / (inside + max(0, outside)) : 0
  }
}

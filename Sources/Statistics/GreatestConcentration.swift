/// How unevenly a quantity can at most be shared out when each holder's part is only known to lie between two bounds.
///
/// With `lᵢ ≤ xᵢ ≤ hᵢ` the k largest of the true values hold at most `H / (H + L)`, with H the sum of the k largest upper
/// bounds and L that of the n − k smallest lower bounds. Where every part is known exactly this is the share itself.
///
/// The bounds come from the largest to the smallest, so that there may be more of them than memory should hold. What is
/// outside is the whole less what is inside, in twice the digits of a double. See ``LeastConcentration`` for the other end.
public struct GreatestConcentration: Sendable {
  private let count: Int
  private let places: [CurvePlace]
  private let lowTotal: DoubledSum
  private var lowSum = DoubledSum()
  private var highSum = 0.0
  private var share = 0.0
  private var shareSum = 0.0
  private var held: [Double] = []
  private var taken = 0

  /// - Parameters:
  ///   - count: How many holders there will be.
  ///   - lowTotal: The sum of all lower bounds.
  ///   - fractions: How many of the largest values shares are wanted of, rising, 0 … 1. A value that is cut in two
  ///     counts in part.
  /// - Precondition: The fractions lie in 0 … 1 and rise.
  public init(count: Int, lowTotal: DoubledSum, fractions: [Double]) {
    self.count = count
    self.lowTotal = lowTotal
    places = CurvePlace.all(fractions, count: count)
  }

  /// Takes the next lower bound and the next upper bound, whoever's they are.
  ///
  /// - Precondition: The bounds are finite and not negative.
  public mutating func add(low: Double, high: Double) {
    precondition(
      low >= 0 && low.isFinite && high >= 0 && high.isFinite,
      "bounds must be finite and not negative, but are \(low) and \(high)")
    lowSum.add(low)
    highSum += high
    let even = Double(taken + 1) / Double(count)
    // What is left of a difference can be a little below 0.
    let outside = max(0, lowTotal.minus(lowSum))
    let next = max(even, highSum > 0 ? highSum / (highSum + outside) : 0)
    while held.count < places.count, places[held.count].whole == taken {
      held.append(share + places[held.count].part * (next - share))
    }
    share = next
    shareSum += next
    taken += 1
  }

  /// The most that the Gini coefficient can be, `(2 Σₖ Cₖ − n − 1) / n` with the share Cₖ of the k largest, k from 1. Nil
  /// where there is nothing to share out: no values, or all of them certainly 0.
  public var gini: Double? {
    highSum > 0 ? max(0, (2 * shareSum - Double(count) - 1) / Double(count)) : nil
  }

  /// The most that the largest values can hold of the whole, by fraction. Nil where there is nothing to share out.
  public var shares: [Double]? { highSum > 0 ? held.map { min(1, $0) } : nil }
}

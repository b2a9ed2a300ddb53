/// How evenly a quantity can at best be shared out when each holder's part is only known to lie between two bounds.
///
/// Of all values with `lᵢ ≤ xᵢ ≤ hᵢ` and one sum, the most even are `max(l, min(h, c))` with one level c for all: they are
/// majorised by every other choice, so that no Gini coefficient and no share of the largest is smaller. What is told is
/// the least over all levels, and some values have it: the bound cannot be improved. Between two levels at which a
/// value reaches a bound of its own, shares and coefficient are quotients of linear functions of c, without a least value
/// inside; looking at these levels is enough. From the highest level down a share first falls and then rises.
///
/// Upper and lower bounds come together from the largest to the smallest, so that there may be more of them than memory
/// should hold. Where every part is known exactly this is the concentration itself.
///
/// Complexity: O(n) for n holders, times the shares whose least value is not found yet.
///
/// Source: Marshall, Olkin and Arnold, *Inequalities: Theory of Majorization* (2011), chapter 5.
public struct LeastConcentration: Sendable {
  private let count: Int
  private let fractions: [Double]
  /// The number of largest values of each fraction, in parts of a value.
  private let places: [Double]
  private let highTotal: DoubledSum
  private let highRankedTotal: DoubledSum
  private var lows = (count: 0, sum: DoubledSum(), ranked: DoubledSum())
  private var highs = (count: 0, sum: DoubledSum(), ranked: DoubledSum())
  /// The largest `Σ i·x₍ᵢ₎ / Σ x` so far.
  private var evenest = 0.0
  private var least: [Double]
  /// The places of fractions whose least share may be lower down, rising.
  private var open: [Int]

  /// A share that is larger than the least one by no more than this is as large, up to rounding.
  private static let rounding = 0x1p-40

  /// - Parameters:
  ///   - count: How many holders there will be.
  ///   - highTotal: The sum of all upper bounds.
  ///   - highRankedTotal: The sum of all upper bounds, the largest taken once, the next twice, and so on.
  ///   - fractions: How many of the largest values shares are wanted of, rising, 0 … 1. A value that is cut in two
  ///     counts in part.
  /// - Precondition: The fractions lie in 0 … 1 and rise.
  public init(
    count: Int, highTotal: DoubledSum, highRankedTotal: DoubledSum, fractions: [Double]
  ) {
    self.count = count
    self.fractions = fractions
    self.highTotal = highTotal
    self.highRankedTotal = highRankedTotal
    places = CurvePlace.all(fractions, count: count).map { Double($0.whole) + $0.part }
    least = Array(repeating: .infinity, count: fractions.count)
    open = Array(fractions.indices)
  }

  /// Takes the next upper bound, which is no larger than any bound before.
  ///
  /// - Precondition: It is finite and not negative, and it comes before lower bounds that are as large.
  public mutating func add(high: Double) {
    precondition(high >= 0 && high.isFinite, "a bound must be finite and not negative, but is \(high)")
    highs.count += 1
    highs.sum.add(high)
    highs.ranked.add(Double(highs.count) * high)
    look(at: high)
  }

  /// Takes the next lower bound, which is no larger than any bound before.
  ///
  /// - Precondition: It is not negative, and its own upper bound was taken.
  public mutating func add(low: Double) {
    precondition(low >= 0 && lows.count < highs.count, "a lower bound must follow its upper one")
    look(at: low)
    lows.count += 1
    lows.sum.add(low)
    lows.ranked.add(Double(lows.count) * low)
  }

  /// The concentration of the values that are as near to a level as their bounds allow.
  private mutating func look(at level: Double) {
    // The first values stand at their lower bounds, the last ones at their upper bounds, those between at the level.
    let (first, last) = (Double(lows.count), Double(highs.count))
    let sum = lows.sum.value + (last - first) * level + max(0, highTotal.minus(highs.sum))
    guard sum > 0 else { return }
    let ranks = (last * (last + 1) - first * (first + 1)) / 2
    let ranked = lows.ranked.value + ranks * level + max(0, highRankedTotal.minus(highs.ranked))
    evenest = max(evenest, ranked / sum)
    let lowSum = lows.sum.value
    // A place among the first values has had its least share: from here down it grows.
    func share(_ place: Int) -> Double {
      places[place] < first ? .infinity : (lowSum + (places[place] - first) * level) / sum
    }
    var grows = false
    for place in open {
      guard places[place] <= last else { break }
      let share = share(place)
      if share < least[place] { least[place] = share }
      if share > least[place] * (1 + Self.rounding) { grows = true }
    }
    guard grows else { return }
    open = open.filter { places[$0] > last || share($0) <= least[$0] * (1 + Self.rounding) }
  }

  /// The least that the Gini coefficient can be. Nil where there is nothing to share out: no values, or all of them
  /// certainly 0.
  public var gini: Double? {
    guard highTotal.value > 0 else { return nil }
    return max(0, (Double(count) + 1 - 2 * evenest) / Double(count))
  }

  /// The least that the largest values can hold of the whole, by fraction. Nil where there is nothing to share out.
  public var shares: [Double]? {
    guard highTotal.value > 0 else { return nil }
    return zip(least, fractions).map { min(1, max($0, $1)) }
  }
}

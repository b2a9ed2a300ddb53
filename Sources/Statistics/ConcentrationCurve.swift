/// How unevenly a quantity is shared out among its holders: positions, tokens, prompts.
///
/// Values come one by one from the largest to the smallest, so that there may be more of them than memory should hold;
/// kept are the shares that are asked for.
public struct ConcentrationCurve: Sendable {
  private let count: Int
  private let places: [CurvePlace]
  private var held: [Double] = []
  private var taken = 0
  private var sum = 0.0
  private var weightedSum = 0.0

  /// - Parameters:
  ///   - count: How many values there will be.
  ///   - fractions: How many of the largest values shares are wanted of, rising, 0 … 1. A value that is cut in two
  ///     counts in part.
  /// - Precondition: The fractions lie in 0 … 1 and rise.
  public init(count: Int, fractions: [Double]) {
    self.count = count
    places = CurvePlace.all(fractions, count: count)
  }

  /// Takes the next value.
  ///
  /// - Precondition: The value is finite and not negative.
  public mutating func add(_ value: Double) {
    precondition(value >= 0 && value.isFinite, "a share needs a finite value, not negative, but has \(value)")
    let before = sum
    sum += value
    weightedSum += Double(taken + 1) * value
    while held.count < places.count, places[held.count].whole == taken {
      held.append(before + places[held.count].part * (sum - before))
    }
    taken += 1
  }

  /// The Gini coefficient: 0 where all hold the same, `1 − 1/n` where one of n holds everything. Nil where there is
  /// nothing to share out: no values, or all of them 0.
  ///
  /// `G = Σᵢ Σⱼ |xᵢ − xⱼ| / (2 n Σ x)  =  (n + 1 − 2 Σ i·x₍ᵢ₎ / Σ x) / n`, i counted from the largest.
  ///
  /// Source: Gini (1912).
  public var gini: Double? {
    sum > 0 ? max(0, (Double(count) + 1 - 2 * weightedSum / sum) / Double(count)) : nil
  }

  /// The parts of the total that the largest values hold, by fraction: one minus the Lorenz curve. Each is 0 … 1 and at
  /// least its fraction. Nil where there is nothing to share out.
  ///
  /// Source: Lorenz (1905).
  public var shares: [Double]? { sum > 0 ? held.map { min(1, $0 / sum) } : nil }
}

/// Where a fraction of the values ends: behind so many whole ones, in a part of the next.
struct CurvePlace: Sendable {
  let whole: Int
  let part: Double

  static func all(_ fractions: [Double], count: Int) -> [CurvePlace] {
    precondition(
      fractions.allSatisfy { $0 >= 0 && $0 <= 1 } && zip(fractions, fractions.dropFirst()).allSatisfy(<=),
      "fractions must lie in 0...1 and rise, but are \(fractions)")
    return fractions.map { fraction in
      let place = fraction * Double(count)
      let whole = min(Int(place), count - 1)
      return CurvePlace(whole: whole, part: place - Double(whole))
    }
  }
}

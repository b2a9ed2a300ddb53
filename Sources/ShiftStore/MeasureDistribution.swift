import Measures
import Statistics

/// One divergence at every position of a slice, to say how it is spread over them.
struct MeasureDistribution {
  private var lows: [Double] = []
  /// Upper bounds, infinite where there is none; nil as long as all figures are exact.
  private var highs: [Double]?

  /// Adds a position.
  mutating func add(_ figure: Figure) {
    let high = figure.high ?? .infinity
    if highs == nil && high != figure.low { highs = lows }
    lows.append(figure.low)
    highs?.append(high)
  }

  /// The parts of the largest positions of the whole, the largest first, in hundredths of the positions.
  struct Concentrated {
    /// Gini's coefficient.
    var gini: Figure
    /// The share of the largest 0 %, 1 %, … 100 %.
    var shares: [Figure]
  }

  /// Order statistics: of bounds, those of the lower bounds and of the upper bounds.
  ///
  /// If every value lies between its bounds, so does every order statistic. Infinite divergences count.
  func quantiles(_ fractions: [Double]) -> [Figure] {
    let lows = lows.sorted()
    let highs = highs?.sorted()
    return fractions.compactMap { fraction in
      quantile(fraction, ofSorted: lows).map { low in
        guard let highs, let high = quantile(fraction, ofSorted: highs) else { return .exact(low) }
        return low == high ? .exact(low) : .between(low: low, high: high.isFinite ? high : nil)
      }
    }
  }

  /// How unevenly the sum is shared out among positions whose divergence is finite.
  ///
  /// - Returns: Nil where the sum is 0, or where some position has no upper bound: it could hold nearly all.
  var concentrated: Concentrated? {
    guard let highs else {
      guard let shared = Concentration(lows.filter(\.isFinite)) else { return nil }
      return Concentrated(
        gini: .exact(shared.gini),
        shares: (0...100).map { .exact(shared.share(ofLargest: Double($0) / 100)) })
    }
    let finite = lows.indices.filter { lows[$0].isFinite }
    guard finite.allSatisfy({ highs[$0].isFinite }),
      let shared = ConcentrationBounds(lows: finite.map { lows[$0] }, highs: finite.map { highs[$0] })
    else { return nil }
    return Concentrated(
      gini: Figure(shared.gini),
      shares: (0...100).map { Figure(shared.share(ofLargest: Double($0) / 100)) })
  }
}

extension Figure {
  fileprivate init(_ bounds: ClosedRange<Double>) {
    self = .between(low: bounds.lowerBound, high: bounds.upperBound)
  }
}

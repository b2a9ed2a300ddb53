import Measures
import Statistics

/// One divergence at every position of a slice, to say how it is spread over them.
struct MeasureDistribution {
  private struct Bounds: KeyedRecord {
    var low: Double
    /// Infinite where there is none.
    var high: Double
    var key: UInt64 { low.fallingKey }
    static var differsInUpperHalf: Bool { true }
  }

  private struct Upper: KeyedRecord {
    var value: Double
    var key: UInt64 { value.fallingKey }
    static var differsInUpperHalf: Bool { true }
  }

  private var bounds: SortedRuns<Bounds>
  /// The finite upper bounds.
  private var uppers: SortedRuns<Upper>
  private var isExact = true
  private var infinite = (lows: 0, highs: 0)
  private var totals = (low: DoubledSum(), high: DoubledSum())

  init(beside path: String) {
    bounds = SortedRuns(beside: path)
    uppers = SortedRuns(beside: path)
  }

  /// Adds a position.
  mutating func add(_ figure: Figure) throws {
    let position = Bounds(low: figure.low, high: figure.high ?? .infinity)
    if position.high != position.low { isExact = false }
    if position.low.isFinite { totals.low.add(position.low) } else { infinite.lows += 1 }
    try bounds.append(position)
    guard position.high.isFinite else {
      infinite.highs += 1
      return
    }
    totals.high.add(position.high)
    try uppers.append(Upper(value: position.high))
  }

  /// What is told of a divergence.
  struct Spread {
    /// Order statistics: of bounds, those of the lower bounds and of the upper bounds.
    ///
    /// If every value lies between its bounds, so does every order statistic. Infinite divergences count.
    var quantiles: [Figure]
    /// How unevenly the sum is shared out among positions whose divergence is finite: Gini's coefficient, and the share
    /// of the largest 0 %, 1 %, … 100 %. Nil where the sum is 0, or where some position has no upper bound: it could
    /// hold nearly all.
    var concentrated: (gini: Figure, shares: [Figure])?
  }

  private static let percents = (0...100).map { Double($0) / 100 }

  /// The quantiles at these fractions, and the concentration.
  mutating func spread(_ fractions: [Double]) throws -> Spread {
    try isExact ? exactSpread(fractions) : boundedSpread(fractions)
  }

  private mutating func exactSpread(_ fractions: [Double]) throws -> Spread {
    var quantiles = FallingQuantiles(count: bounds.count, fractions: fractions)
    var curve = ConcentrationCurve(count: bounds.count - infinite.lows, fractions: Self.percents)
    var merge = try bounds.merge()
    while let position = try merge.next() {
      quantiles.add(position.low)
      if position.low.isFinite { curve.add(position.low) }
    }
    var spread = Spread(quantiles: quantiles.quantiles.map { .exact($0) })
    if let gini = curve.gini, let shares = curve.shares {
      spread.concentrated = (.exact(gini), shares.map { .exact($0) })
    }
    return spread
  }

  private mutating func boundedSpread(_ fractions: [Double]) throws -> Spread {
    var lows = FallingQuantiles(count: bounds.count, fractions: fractions)
    var highs = lows
    // An infinite divergence has both bounds infinite, so that with as many of each no other bound is.
    let isBounded = infinite.lows == infinite.highs
    var most = GreatestConcentration(
      count: bounds.count - infinite.lows, lowTotal: totals.low, fractions: Self.percents)
    var positions = try bounds.merge()
    var tops = try uppers.merge()
    var unbounded = infinite.highs
    var ranked = DoubledSum()
    var rank = 0.0
    while let position = try positions.next() {
      // Where there is no upper bound it is infinite: these come first.
      let next: Double? = unbounded > 0 ? Double.infinity : try tops.next()?.value
      guard let top = next else { break }
      unbounded -= 1
      lows.add(position.low)
      highs.add(top)
      guard isBounded, position.low.isFinite else { continue }
      rank += 1
      ranked.add(rank * top)
      most.add(low: position.low, high: top)
    }
    var spread = Spread(
      quantiles: zip(lows.quantiles, highs.quantiles).map { low, high in
        low == high ? .exact(low) : .between(low: low, high: high.isFinite ? high : nil)
      })
    guard isBounded else { return spread }
    let least = try leastConcentration(highRankedTotal: ranked)
    if let low = least.gini, let high = most.gini, let lows = least.shares, let highs = most.shares {
      spread.concentrated = (Figure(low, high), zip(lows, highs).map { Figure($0, $1) })
    }
    return spread
  }

  /// The evenest that the finite divergences can be, by value from the largest bound down.
  private mutating func leastConcentration(highRankedTotal: DoubledSum) throws -> LeastConcentration {
    var least = LeastConcentration(
      count: bounds.count - infinite.lows, highTotal: totals.high, highRankedTotal: highRankedTotal,
      fractions: Self.percents)
    var positions = try bounds.merge()
    var tops = try uppers.merge()
    var top = try tops.next()?.value
    while let position = try positions.next() {
      guard position.low.isFinite else { continue }
      while let high = top, high >= position.low {
        least.add(high: high)
        top = try tops.next()?.value
      }
      least.add(low: position.low)
    }
    while let high = top {
      least.add(high: high)
      top = try tops.next()?.value
    }
    return least
  }
}

extension Figure {
  /// What lies between two bounds, of which rounding may have changed the order.
  fileprivate init(_ low: Double, _ high: Double) { self = .between(low: low, high: max(low, high)) }
}

/// How sure a difference of two means over clusters is: a p-value and an interval from one test, so that they never
/// contradict each other.
///
/// For a supposed difference δ, cluster c adds to `D − δ` the score
///
///     ψ(δ) = (sum − (μ + δ) · count) / N  −  (sum′ − μ · count′) / N′
///
/// with the total counts N and N′, and μ, the mean of everything once δ is taken off the first. If δ is the true
/// difference, scores of different clusters are independent with mean 0, and as likely to have one sign as the other:
/// `|Σ ± ψ(δ)|` over random signs says how large `|D − δ|` can be. `p(δ)` is the share of sign flips that reach it, the
/// p-value is `p(0)`, and the interval holds every δ with `p(δ) > 1 − level`.
///
/// The scores are `a − δ b` with `b ≥ 0` and `Σ b = 1`, so that each flip has a range of δ that it reaches, with ends
/// `(D − Σ±a) / (1 − Σ±b)` and `(D + Σ±a) / (1 + Σ±b)`; the interval's ends are order statistics of these.
///
/// Where both means count as much in each cluster this is the exchange of labels within clusters: exact, whatever the
/// things in a cluster have in common. Otherwise it is right to first order, whichever mean counts more and varies more;
/// an exchange of sums and counts is not (with counts of 10 to 1 it calls 27 % of equal means different at 5 %).
/// With fewer than 6 clusters no flip is rare enough for an interval of 95 %.
///
/// Complexity: O(flips · clusters / 8) a test.
///
/// Source: the wild cluster bootstrap with the null imposed, Cameron, Gelbach and Miller (2008); sign-flipped scores,
/// Hemerik, Goeman and Finos (2020); Fisher (1935); Phipson and Smyth (2010) for the added one of drawn flips.
public struct SignFlipTest: Sendable {
  /// How sure a difference is.
  public struct Result: Equatable, Sendable {
    /// How often a difference as large comes about where there is none.
    public var pValue: Double
    /// The differences that are not ruled out; nil where that is no bounded range, or a single value because all clusters
    /// say the same.
    public var interval: Interval?
  }

  /// The number of clusters there are.
  public let clusterCount: Int
  private let flips: SignFlips

  /// Draws the signs.
  ///
  /// - Parameters:
  ///   - clusterCount: The number of clusters there are.
  ///   - flips: How many flips are drawn where there are more of them.
  ///   - seed: Decides the draws.
  /// - Precondition: `clusterCount` is not negative, and `flips` is at least 1.
  public init(clusterCount: Int, flips: Int = 10_000, seed: UInt64 = ClusteredBootstrap.reportSeed) {
    precondition(clusterCount >= 0, "the number of clusters must not be negative, but is \(clusterCount)")
    precondition(flips >= 1, "there must be at least 1 flip, not \(flips)")
    self.clusterCount = clusterCount
    self.flips = SignFlips(places: clusterCount, count: flips, seed: seed)
  }

  /// The difference of two means, `Σ sum / Σ count` of each.
  ///
  /// - Parameters:
  ///   - contrast: What each cluster adds.
  ///   - level: How often the interval is to contain the true difference, above 0 and below 1.
  /// - Returns: Nil where one of the means counts nothing.
  public func result(of contrast: ClusteredContrast, level: Double = 0.95) -> Result? {
    let rows = PairedTotals.rows(contrast, clusterCount: clusterCount)
    return result(of: rows, level: level)
  }

  func result(of rows: [PairedTotals], level: Double) -> Result? {
    let whole = PairedTotals(sumOf: rows)
    guard whole.firstCount > 0, whole.secondCount > 0 else { return nil }
    let count = whole.firstCount + whole.secondCount
    let mean = (whole.firstSum + whole.secondSum) / count
    let scores = rows.map { row in
      let (first, second) = (row.firstCount / whole.firstCount, row.secondCount / whole.secondCount)
      return SIMD2(
        row.firstSum / whole.firstCount - row.secondSum / whole.secondCount - mean * (first - second),
        (whole.secondCount * first + whole.firstCount * second) / count)
    }
    let effect = whole.firstSum / whole.firstCount - whole.secondSum / whole.secondCount
    return result(scores, effect: effect, rest: nil, level: level)
  }

  /// The mean of a difference over all clusters, `Σ difference / n`, to which the clusters left out add 0.
  ///
  /// Where few clusters have a difference, what all of them say is skewed: to be of either sign is right for scores only
  /// if the true difference is 0. The end of the interval that is farther from 0 therefore lies where the test has it
  /// or where second-order theory of skewed means has it (Hall 1992), whichever is farther. The end towards 0 is the
  /// test's, so that p-value and interval agree about 0.
  ///
  /// - Parameter differences: Of the clusters where there is one, in a fixed order.
  /// - Returns: Nil where there are no clusters.
  /// - Precondition: There are at most ``clusterCount`` differences.
  public func result(ofDifferences differences: [Double], level: Double = 0.95) -> Result? {
    precondition(
      differences.count <= clusterCount,
      "\(clusterCount) clusters cannot have \(differences.count) differences")
    guard clusterCount > 0 else { return nil }
    let part = 1 / Double(clusterCount)
    let scores = differences.map { SIMD2($0 * part, part) }
    let effect = differences.reduce(0, +) * part
    var result = result(scores, effect: effect, rest: part, level: level)
    if let moments = CentralMoments(differences, zeros: clusterCount - differences.count) {
      result.interval?.extend(awayFromZeroBy: moments.reach(level: level), from: effect)
    }
    return result
  }

  private func result(
    _ scores: [SIMD2<Double>], effect: Double, rest: Double?, level: Double
  ) -> Result {
    precondition(level > 0 && level < 1, "the level must lie between 0 and 1, but is \(level)")
    let sums = FlippedScores(scores, rest: rest, flips: flips)
    // The flip that changes nothing is among all flips; beside drawn ones it is added.
    let added = sums.isExhaustive ? 0 : 1
    let tried = Double(sums.flipCount + added)
    let rank = Int((1 - level) * tried) + 1 - added
    var ranges = FlipRanges(
      effect: effect, size: scores.reduce(0) { $0 + abs($1[0]) }, rank: rank)
    ranges.find(in: sums)
    let pValue = Double(ranges.reaching + added) / tried
    guard let low = ranges.low, let high = ranges.high, low < high else {
      return Result(pValue: pValue, interval: nil)
    }
    // What rounding has left of an end at 0.
    let holdsZero = pValue > 1 - level
    return Result(
      pValue: pValue,
      interval: Interval(
        low: holdsZero && effect > 0 ? min(low, 0) : low, high: holdsZero && effect < 0 ? max(high, 0) : high)
    )
  }
}

extension Interval {
  /// Moves the end that lies beyond a mean, seen from 0, at least so far from the mean. A mean of 0 has no such end.
  fileprivate mutating func extend(awayFromZeroBy reach: Double, from mean: Double) {
    if mean > 0 { high = max(high, mean + reach) }
    if mean < 0 { low = min(low, mean - reach) }
  }
}

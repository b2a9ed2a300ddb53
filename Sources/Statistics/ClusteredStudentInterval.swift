/// The interval of a mean from the spread between clusters, by Student's t: for bands of many points, where a bootstrap
/// of each would take too long.
///
/// `Σ sum / Σ count ± t · s · √(c / (c − 1))`, with the clustered error s of the delta method, c clusters and c − 1
/// degrees of freedom. On symmetric data it covers as often as a bootstrap; on skewed data from few clusters, less.
///
/// - Parameters:
///   - totals: What each cluster adds.
///   - clusterCount: The number of clusters there are.
///   - level: How often the interval is to contain the true mean, above 0 and below 1.
/// - Returns: Nil where fewer than two clusters count anything.
/// - Precondition: Every cluster lies in `0 ..< clusterCount`.
///
/// Source: Liang and Zeger (1986); Cameron, Gelbach and Miller (2008).
public func clusteredStudentInterval(
  ofMean totals: [ClusterTotal], clusterCount: Int, level: Double = 0.95
) -> Interval? {
  precondition(level > 0 && level < 1, "the level must lie between 0 and 1, but is \(level)")
  return ClusterMoments(mean: totals, clusterCount: clusterCount).studentInterval(level: level)
}

extension ClusterMoments {
  /// The estimate ± t · its error · √(c / (c − 1)); nil where fewer than two clusters count anything.
  func studentInterval(level: Double) -> Interval? {
    guard clusters >= 2, let whole else { return nil }
    let inflation = (Double(clusters) / Double(clusters - 1)).squareRoot()
    let reach = studentQuantile((1 + level) / 2, degrees: clusters - 1) * whole.error * inflation
    return Interval(low: whole.value - reach, high: whole.value + reach)
  }
}

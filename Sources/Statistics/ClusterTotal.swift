/// What one cluster adds to a mean: a sum, and the number of things that were summed.
///
/// The mean is `Σ sum / Σ count` over the clusters. With one entry for each token it is weighted by token; with
/// the mean of each sequence as `sum` and 1 as `count` it is weighted by sequence. A cluster may have several
/// entries: they are added up.
public struct ClusterTotal: Equatable, Sendable {
  /// The cluster, counted from 0. Here a cluster is a prompt.
  public var cluster: Int
  /// The sum over what the cluster holds.
  public var sum: Double
  /// How much was summed, not negative.
  public var count: Double

  /// What a cluster adds.
  public init(cluster: Int, sum: Double, count: Double) {
    self.cluster = cluster
    self.sum = sum
    self.count = count
  }
}

/// A range that is made to contain the true value at a stated rate.
public struct Interval: Equatable, Sendable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// The range from `low` to `high`.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// `Σ sum / Σ count`, nil where nothing was counted.
public func mean(of totals: [ClusterTotal]) -> Double? {
  var sum = 0.0
  var count = 0.0
  for total in totals {
    sum += total.sum
    count += total.count
  }
  return count > 0 ? sum / count : nil
}

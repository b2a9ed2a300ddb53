/// A mean and the interval around it, or the same for the two bounds of a mean.
public struct Estimate: Equatable, Sendable {
  /// A number and its interval.
  public struct Mean: Equatable, Sendable {
    /// The mean.
    public var value: Double
    /// The interval; nil where there are too few clusters for one.
    public var interval: ClosedRange<Double>?

    /// A mean.
    public init(_ value: Double, interval: ClosedRange<Double>? = nil) {
      self.value = value
      self.interval = interval
    }
  }

  /// What is known of the mean.
  public enum Knowledge: Equatable, Sendable {
    /// The mean itself.
    case exact(Mean)
    /// The mean of the lower bounds, and of the upper bounds where every position has one.
    case between(low: Mean, high: Mean?)
  }

  /// What is known.
  public var knowledge: Knowledge

  /// An estimate.
  public init(_ knowledge: Knowledge) { self.knowledge = knowledge }

  /// The mean, or the mean of the lower bounds.
  public var low: Mean {
    switch knowledge {
    case .exact(let mean): mean
    case .between(let low, _): low
    }
  }

  /// The mean, or the mean of the upper bounds; nil where some position has none.
  public var high: Mean? {
    switch knowledge {
    case .exact(let mean): mean
    case .between(_, let high): high
    }
  }
}

/// One measured quantity: known exactly, or known to lie between two bounds.
///
/// Rows with every score give exact figures. Rows with only the top k give bounds that contain the true value.
public enum Figure: Equatable, Sendable, BitwiseCopyable {
  /// The value, in the quantity's unit.
  case exact(Double)
  /// The true value is at least `low` and at most `high`; nil where nothing can be said from above.
  case between(low: Double, high: Double?)

  /// The largest number known not to exceed the value.
  public var low: Double {
    switch self {
    case .exact(let value): value
    case .between(let low, _): low
    }
  }

  /// The smallest number known not to be below the value, nil where nothing can be said.
  public var high: Double? {
    switch self {
    case .exact(let value): value
    case .between(_, let high): high
    }
  }

  /// The value where it is exact.
  public var exactValue: Double? {
    guard case .exact(let value) = self else { return nil }
    return value
  }
}

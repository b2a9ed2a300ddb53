/// The sum of one quantity over many positions, bounds and infinities kept apart.
///
/// An infinite divergence is counted, never averaged in. A sum of bounds is a bound of the sum.
public struct FigureSum: Equatable, Sendable {
  /// The sum of the finite lower bounds; of exact values where the figure was exact.
  public private(set) var low = 0.0
  /// The sum of the upper bounds over the same positions, nil once one of them is unknown.
  public private(set) var high: Double? = 0
  /// The number of positions in the sums.
  public private(set) var count = 0
  /// The number of positions with an infinite figure. They are in neither sum nor `count`.
  public private(set) var infinite = 0

  /// An empty sum.
  public init() {}

  /// The mean over the finite positions, nil where there is none.
  public var mean: Figure? {
    guard count > 0 else { return nil }
    if low == high { return .exact(low / Double(count)) }
    return .between(low: low / Double(count), high: high.map { $0 / Double(count) })
  }

  /// Adds one position.
  public mutating func add(_ figure: Figure) {
    guard figure.low.isFinite else {
      infinite += 1
      return
    }
    low += figure.low
    count += 1
    guard let sum = high, let bound = figure.high, bound.isFinite else {
      high = nil
      return
    }
    high = sum + bound
  }
}

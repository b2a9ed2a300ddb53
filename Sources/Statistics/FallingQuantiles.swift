/// Quantiles of more values than memory should hold, which come one by one from the largest to the smallest.
///
/// The same as those of ``quantile(_:ofSorted:)``, of which this keeps the two values that each lies between.
public struct FallingQuantiles: Sendable {
  private let count: Int
  private let places: [Double]
  private var below: [Double?]
  private var above: [Double?]
  /// How many smaller values are still to come.
  private var left: Int
  /// Numbers of values still to come at which a quantile wants the value, rising; those that are passed are gone.
  private var wanted: [Int]

  /// - Parameters:
  ///   - count: How many values there will be.
  ///   - fractions: Which quantiles are wanted, 0 … 1.
  public init(count: Int, fractions: [Double]) {
    self.count = count
    places = fractions.map { $0 * Double(count - 1) }
    below = fractions.map { _ in nil }
    above = below
    left = count
    wanted = Set(places.flatMap { [Int($0), Int($0) + 1] }).sorted()
  }

  /// Takes the next value.
  public mutating func add(_ value: Double) {
    left -= 1
    // Nearly all values are wanted by none.
    while let next = wanted.last, next > left { wanted.removeLast() }
    guard wanted.last == left else { return }
    for (index, place) in places.enumerated() {
      if Int(place) == left { below[index] = value }
      if Int(place) + 1 == left { above[index] = value }
    }
  }

  /// The quantiles, in the order of the fractions; none of no values.
  public var quantiles: [Double] {
    zip(places, zip(below, above)).compactMap { place, values in
      guard let low = values.0, let high = values.1 else { return values.0 }
      let part = place - Double(Int(place))
      return part == 0 || low == high ? low : low + part * (high - low)
    }
  }
}

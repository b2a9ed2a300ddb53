/// stub
public struct RatioTerm: Sendable {
  public var numerator: Double; public var denominator: Double
  /// x
  public init(numerator: Double, denominator: Double) {
    self.numerator = numerator; self.denominator = denominator
  }
}
/// stub
public struct ClusteredBootstrap: Sendable {
  /// x
  public init(clusters: [RatioTerm]) {}
  /// x
  public func interval(confidence: Double) -> ClosedRange<Double>? { nil }
}

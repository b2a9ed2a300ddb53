/// How far a batch has come.
public struct BatchProgress: Equatable, Sendable {
  /// Measurements in the index, those of earlier runs included.
  public var done: Int
  /// Measurements that make it whole.
  public var planned: Int
  /// Positions measured by this run.
  public var positions: Int
  /// The part of all input bytes that this run has measured, 0 … 1.
  public var fractionDoneNow: Double
  /// The part of all input bytes that is still to be measured, 0 … 1.
  public var fractionLeft: Double
}

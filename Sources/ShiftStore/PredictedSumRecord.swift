public import Measures

/// The running sums of the predicted-token table for one comparison and task.
public struct PredictedSumRecord: Sendable {
  /// The comparison.
  public var comparisonID: Int
  /// The task's name.
  public var task: String
  /// The number of positions in the sums of shares.
  public var positions: Int
  /// The number of positions with an infinite divergence: they moved mass too, but have no shares.
  public var infinitePositions: Int
  /// Each token's additive share of `KL(tuned ‖ reference)`. Shape `[V]`, nats.
  public var klShare: [ExactSum]
  /// Each token's probability under the tuned model minus that under the reference. Shape `[V]`.
  public var movedMass: [ExactSum]

  /// Running sums.
  public init(
    comparisonID: Int, task: String, positions: Int, infinitePositions: Int, klShare: [ExactSum],
    movedMass: [ExactSum]
  ) {
    self.comparisonID = comparisonID
    self.task = task
    self.positions = positions
    self.infinitePositions = infinitePositions
    self.klShare = klShare
    self.movedMass = movedMass
  }

  /// Adds what one sequence moved, token by token: the same sums in whatever order sequences come. Models of one study
  /// have one width; a wider row extends the sums.
  ///
  /// - Parameters:
  ///   - positions: The positions whose shares are in `klShare`.
  ///   - infinitePositions: The others.
  ///   - klShare: Each token's share of `KL(tuned ‖ reference)`. Shape `[V]`, nats.
  ///   - movedMass: Each token's probability under the tuned model minus that under the reference. Shape `[V]`.
  public mutating func add(
    positions: Int, infinitePositions: Int, klShare: [Double], movedMass: [Double]
  ) {
    self.positions += positions
    self.infinitePositions += infinitePositions
    ExactSum.add(klShare, to: &self.klShare)
    ExactSum.add(movedMass, to: &self.movedMass)
  }

  /// Adds the sums of other positions.
  public mutating func add(_ other: PredictedSumRecord) {
    positions += other.positions
    infinitePositions += other.infinitePositions
    ExactSum.add(other.klShare, to: &klShare)
    ExactSum.add(other.movedMass, to: &movedMass)
  }

  /// The means over positions of every token that has any, one after the other: not in memory all at once.
  var means: some Sequence<PredictedDrift> {
    let finite = Double(max(positions, 1))
    let all = Double(max(positions + infinitePositions, 1))
    return (0..<min(klShare.count, movedMass.count)).lazy.compactMap { [klShare, movedMass] token in
      klShare[token].units == 0 && movedMass[token].units == 0
        ? nil
        : PredictedDrift(
          tokenID: token, klShareMean: klShare[token].value / finite,
          movedMassMean: movedMass[token].value / all)
    }
  }
}

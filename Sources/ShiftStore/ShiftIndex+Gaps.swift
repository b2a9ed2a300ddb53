import GRDB

/// How many positions of some comparisons are in no mean of a quantity, or in no share.
public struct PositionGaps: Equatable, Sendable {
  /// All positions that were measured.
  public var positions = 0
  /// Those at which a rank of the emitted token is not known.
  public var unranked = 0
  /// Those at which its class is not known either.
  public var unclassed = 0
  /// Those with an infinite `KL(tuned ‖ reference)`.
  public var infiniteTunedReference = 0
  /// Those with an infinite `KL(reference ‖ tuned)`.
  public var infiniteReferenceTuned = 0
}

extension ShiftIndex {
  /// The positions of these comparisons that means leave out.
  ///
  /// - Parameter task: One task, or nil for all.
  public func gaps(in comparisons: [Comparison], task: String?) throws -> PositionGaps {
    try reading { database in
      let slice = try sliceFilter(comparisons, task: task, of: "measurement", taskIn: "sequence", database)
      let rows = try RowSelect(
        database,
        """
        SELECT sum(positions), sum(positions - rankShiftCount), sum(positions - unshifted - marginal - shifted),
          sum(klTunedReferenceInfinite), sum(klReferenceTunedInfinite)
        FROM measurement JOIN sequence ON sequence.id = sequenceID WHERE \(slice)
        """)
      var gaps = PositionGaps()
      try rows.forEach {
        gaps = PositionGaps(
          positions: rows.integer(0), unranked: rows.integer(1), unclassed: rows.integer(2),
          infiniteTunedReference: rows.integer(3), infiniteReferenceTuned: rows.integer(4))
      }
      return gaps
    }
  }
}

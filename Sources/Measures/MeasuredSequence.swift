/// All that one comparison says about one sequence.
public struct MeasuredSequence: Equatable, Sendable {
  /// The positions measured, in the order of the response.
  public var positions: [PositionMeasures]
  /// The positions left out, and why.
  public var exclusions: Exclusions
  /// The sums over the positions measured.
  public var sums: SequenceSums

  /// A measured sequence; its sums are taken here.
  public init(positions: [PositionMeasures], exclusions: Exclusions) {
    self.positions = positions
    self.exclusions = exclusions
    sums = SequenceSums(positions)
  }
}

/// The positions of a response that are in no figure.
public struct Exclusions: Equatable, Sendable {
  /// Positions that a trace's own mask says are not to be scored.
  public var masked: Int
  /// Positions for which one of the traces, or both, have no row.
  public var missing: Int
  /// Positions whose rows cannot be measured.
  public var faulty: [FaultyPosition]

  /// A position whose rows cannot be measured.
  public struct FaultyPosition: Equatable, Sendable {
    /// The place in the response, counted from 0.
    public var position: Int
    /// What is wrong.
    public var reason: RowProblem

    /// A faulty position.
    public init(position: Int, reason: RowProblem) {
      self.position = position
      self.reason = reason
    }
  }

  /// Positions left out.
  public init(masked: Int = 0, missing: Int = 0, faulty: [FaultyPosition] = []) {
    self.masked = masked
    self.missing = missing
    self.faulty = faulty
  }

  /// The number of positions left out.
  public var count: Int { masked + missing + faulty.count }
}

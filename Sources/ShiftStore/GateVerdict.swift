import Statistics

/// What a condition says about one row of the summary.
public struct GateVerdict: Equatable, Sendable {
  /// Which number is held to the limit.
  public enum Bound: String, CaseIterable, Sendable {
    /// The figure itself.
    case mean
    /// The lower end of its interval.
    case low
    /// The upper end of its interval.
    case high
  }

  /// The outcome.
  public enum Outcome: String, Sendable {
    /// The figure is certainly on the right side.
    case passed
    /// The figure is certainly on the wrong side.
    case failed
    /// The limit lies between the bounds of the figure, or the figure has no value or no interval here.
    case undecided
  }

  /// The condition.
  public var condition: GateCondition
  /// The row.
  public var row: SummaryRow
  /// The least that the number can be; nil where there is none.
  public var least: Double?
  /// The most that it can be; nil where it is not known.
  public var most: Double?
  /// The positions at which the figure is infinite.
  public var infinitePositions: Int

  /// Holds a row to a condition.
  ///
  /// A figure of truncated traces is known to lie between two bounds. An upper limit is kept only if the upper bound
  /// is, and is crossed only if the lower bound is; between the two nothing is decided.
  ///
  /// A divergence that is infinite at some positions is infinite as a mean, whatever the mean over the others is: an upper
  /// limit is crossed. A lower limit is not kept by it, because one excluded token says nothing about how far a model
  /// moved: it is kept only where the mean over the other positions keeps it, and is otherwise undecided.
  public init(_ condition: GateCondition, _ row: SummaryRow, bound: Bound) {
    self.condition = condition
    self.row = row
    func number(_ mean: Estimate.Mean) -> Double? {
      switch bound {
      case .mean: mean.value
      case .low: mean.interval?.lowerBound
      case .high: mean.interval?.upperBound
      }
    }
    infinitePositions = row.counts.infinite(of: condition.figure)
    let finite = row[condition.figure].flatMap { number($0.low) }
    switch (infinitePositions, condition.side) {
    case (0, _): (least, most) = (finite, row[condition.figure]?.high.flatMap(number))
    case (_, .atMost): (least, most) = (.infinity, .infinity)
    case (_, .atLeast): (least, most) = (finite, .infinity)
    }
  }

  /// What is decided.
  public var outcome: Outcome {
    guard let least else { return .undecided }
    let limit = condition.limit
    switch condition.side {
    case .atMost:
      if least > limit { return .failed }
      return most.map { $0 <= limit } == true ? .passed : .undecided
    case .atLeast:
      if least >= limit { return .passed }
      return most.map { $0 < limit } == true ? .failed : .undecided
    }
  }
}

extension ShiftIndex {
  /// Holds the summary to conditions.
  ///
  /// - Parameters:
  ///   - bound: Which number of a figure is held to the limit.
  ///   - source: Whose responses.
  ///   - weighting: What counts the same in means.
  /// - Returns: For each condition one verdict a row that it is about.
  /// - Throws: ``StoreError`` that lists what there is when a model or a task is not in the index.
  public func verdicts(
    on conditions: [GateCondition], bound: GateVerdict.Bound, source: SourceChoice, weighting: Weighting
  ) throws -> [GateVerdict] {
    let rows = try summary(
      of: comparisons(of: nil, source: source), task: nil, weighting: weighting,
      figures: Set(conditions.map(\.figure)))
    return try conditions.flatMap { condition in
      if case .named(let name) = condition.model { _ = try comparisons(of: name, source: source) }
      if case .named(let name) = condition.task { _ = try reading { try taskID(of: name, $0) } }
      return rows.filter { condition.isAbout($0, among: rows) }.map {
        GateVerdict(condition, $0, bound: bound)
      }
    }
  }
}

extension GateCondition {
  /// True where the condition names the row. All tasks together are the only task where there is one.
  fileprivate func isAbout(_ row: SummaryRow, among rows: [SummaryRow]) -> Bool {
    if case .named(let name) = model, name != row.comparison.tuned { return false }
    switch task {
    case .named(let name): return row.task == name
    case .every: return row.task != nil
    case .whole:
      return row.task == nil || rows.filter { $0.comparison.id == row.comparison.id }.count == 1
    }
  }
}

import GRDB
import Statistics

extension ShiftIndex {
  /// The level of the intervals of ``summary(of:task:weighting:)``.
  public static let confidence = 0.95

  /// The headline table: each comparison on each task, then on all of its tasks together where it has several.
  ///
  /// Intervals come from a bootstrap that resamples prompts, because the positions of one response, and the
  /// responses to one prompt, are not independent. A finished index has them stored where there are so many prompts
  /// that one would wait for them, and they are the same either way. Of an unfinished index they are made of what there
  /// is, without the figures that need all positions.
  ///
  /// - Parameters:
  ///   - task: One task, or nil for all.
  ///   - weighting: What counts the same, each token or each sequence.
  ///   - figures: The figures that are wanted, which saves the time of the others; nil for all.
  public func summary(
    of comparisons: [Comparison], task: String?, weighting: Weighting, figures: Set<SummaryFigure>? = nil
  ) throws -> [SummaryRow] {
    try reading { database in
      if let task { _ = try taskID(of: task, database) }
      var estimates = SummaryEstimates(wanted: figures?.union([.klTunedReference, .jensenShannon]))
      func rows(_ comparison: Comparison) throws -> [SummaryRow] {
        let stored = try storedSummary(of: comparison, weighting, database)
        let rows =
          stored.isEmpty
          ? try freshSummary(of: comparison, weighting, &estimates, database) : stored
        return task == nil ? rows : rows.filter { $0.task == task }
      }
      let floors = try self.comparisons(database).filter(\.isControl).flatMap(rows)
      return try comparisons.flatMap { try rows($0).map { $0.besideFloor(of: floors) } }
    }
  }

  /// What a finished index has stored.
  private func storedSummary(
    of comparison: Comparison, _ weighting: Weighting, _ database: Database
  ) throws -> [SummaryRow] {
    let select = """
      SELECT summary.*, task.name AS task FROM summary LEFT JOIN task ON task.id = taskID
      WHERE comparisonID = ? ORDER BY summary.id
      """
    return try Row.fetchAll(database, sql: select, arguments: [comparison.id]).map { row in
      var figures = try StoredEstimate.fetch(
        from: "summaryFigure", owner: "summaryID", row.value("id"), weighting, database)
      figures.merge(try Self.spread(of: comparison, taskID: row.value("taskID"), database)) { $1 }
      return try SummaryRow(
        comparison: comparison, task: row.value("task"), counts: SummaryCounts(row), figures: figures)
    }
  }

  /// The figures of all positions at once; none before they are counted.
  private static func spread(
    of comparison: Comparison, taskID: Int?, _ database: Database
  ) throws -> [SummaryFigure: Estimate] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT figure, low, high FROM distribution WHERE comparisonID = ? AND taskID IS ?",
      arguments: [comparison.id, taskID])
    return try rows.reduce(into: [:]) { figures, row in
      let low: Double = try row.value("low")
      let high: Double? = try row.value("high")
      guard let figure = try SummaryFigure(rawValue: row.value("figure")) else { return }
      figures[figure] = Estimate(
        low == high ? .exact(.init(low)) : .between(low: .init(low), high: high.map { .init($0) }))
    }
  }

  /// What is made when it is asked for.
  private func freshSummary(
    of comparison: Comparison, _ weighting: Weighting, _ estimates: inout SummaryEstimates,
    _ database: Database
  ) throws -> [SummaryRow] {
    try SummarySlice.all(of: comparison, database).map { slice in
      let spread = try Self.spread(of: comparison, taskID: slice.taskID, database)
      return SummaryRow(
        comparison: comparison,
        task: try slice.taskID.flatMap {
          try String.fetchOne(database, sql: "SELECT name FROM task WHERE id = ?", arguments: [$0])
        },
        counts: slice.totals.counts,
        figures: estimates.means(of: slice.totals, comparison, weighting).merging(spread) { $1 })
    }
  }

  /// Counts the tables of the summary; part of ``finish(threads:)``.
  ///
  /// - Parameters:
  ///   - threads: How many threads count.
  ///   - meanwhile: What is done with the database while other threads make the first estimates.
  func countSummary(_ database: Database, threads: Int, meanwhile: () throws -> Void) throws {
    try database.execute(
      sql: "DELETE FROM contrastFigure; DELETE FROM contrast; DELETE FROM summaryFigure; DELETE FROM summary")
    var estimates = SummaryEstimates()
    var isMeanwhileDone = false
    func doMeanwhile() throws {
      if !isMeanwhileDone { try meanwhile() }
      isMeanwhileDone = true
    }
    for comparison in try comparisons(database) {
      // Most small studies have too few prompts, which is known without reading all of their sums.
      guard try Self.promptCount(of: comparison, database) >= PromptGroups.storedFrom else { continue }
      let slices = try SummarySlice.all(of: comparison, database)
      guard slices.last.map({ $0.totals.counts.prompts >= PromptGroups.storedFrom }) == true else { continue }
      var summaries = [ComparisonSummary(comparison, slices, estimates)]
      try forEachInParallel(&summaries, threads: threads) {
        $0.estimate()
      } meanwhile: {
        try doMeanwhile()
      }
      for summary in summaries {
        try summary.insert(into: database)
        estimates = summary.estimates
      }
    }
    try doMeanwhile()
    try countContrasts(&estimates, database)
  }
}

extension SummaryCounts {
  fileprivate init(_ row: Row) throws {
    self.init()
    sequences = try row.value("sequences")
    prompts = try row.value("prompts")
    positions = try row.value("positions")
    masked = try row.value("masked")
    missing = try row.value("missing")
    faulty = try row.value("faulty")
    infinite = try row.value("infinite")
    infiniteReferenceTuned = try row.value("infiniteReferenceTuned")
  }
}

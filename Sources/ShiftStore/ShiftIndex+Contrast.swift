import GRDB
import Statistics

extension ShiftIndex {
  /// Two tuned models set against each other: the figures of the first minus those of the second, on shared prompts.
  ///
  /// Each prompt is drawn for both models at once, so that what makes a prompt hard for both cancels. Of one pair of
  /// tuned models a finished index has the differences stored.
  ///
  /// - Parameters:
  ///   - first: The tuned model that is subtracted from.
  ///   - second: The one that is subtracted.
  ///   - source: Whose responses: each model's own, or those of one source for both.
  ///   - figures: The figures that are wanted, which saves the time of the others; nil for all.
  /// - Throws: ``StoreError`` when a name is not in the index, or the two were never measured on such responses.
  public func contrast(
    _ first: String, minus second: String, source: SourceChoice, task: String?, weighting: Weighting,
    figures: Set<SummaryFigure>? = nil
  ) throws -> [ContrastRow] {
    let pairs = Self.pairs(
      try comparisons(of: first, source: source), try comparisons(of: second, source: source), source)
    return try reading { database in
      if let task { _ = try taskID(of: task, database) }
      var estimates = SummaryEstimates(wanted: figures)
      return try pairs.flatMap { pair in
        try storedContrast(pair, weighting, database)
          ?? freshContrast(pair, weighting, &estimates, database)
      }.filter { task == nil || $0.task == task }
    }
  }

  /// Comparisons that are set against each other: own text against own text, or the same text for both.
  private static func pairs(
    _ first: [Comparison], _ second: [Comparison], _ source: SourceChoice
  ) -> [ComparisonPair] {
    let own = first.filter(\.isOwnText).flatMap { one in
      second.filter(\.isOwnText).map { ComparisonPair(first: one, second: $0) }
    }
    let same = first.flatMap { one in
      second.filter { $0.source == one.source }.map { ComparisonPair(first: one, second: $0) }
    }
    return source == .own && !own.isEmpty ? own : source == .all ? own + same : same
  }

  private func storedContrast(
    _ pair: ComparisonPair, _ weighting: Weighting, _ database: Database
  ) throws -> [ContrastRow]? {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT contrast.*, task.name AS task FROM contrast LEFT JOIN task ON task.id = taskID
        WHERE firstID = ? AND secondID = ? ORDER BY contrast.id
        """, arguments: [pair.first.id, pair.second.id])
    guard !rows.isEmpty else { return nil }
    return try rows.map { row in
      try ContrastRow(
        first: pair.first, second: pair.second, task: row.value("task"), prompts: row.value("prompts"),
        differences: StoredEstimate.fetch(
          from: "contrastFigure", owner: "contrastID", row.value("id"), weighting, database))
    }
  }

  private func freshContrast(
    _ pair: ComparisonPair, _ weighting: Weighting, _ estimates: inout SummaryEstimates,
    _ database: Database
  ) throws -> [ContrastRow] {
    try pair.slices(database).map { slice in
      let (prompts, differences) = estimates.differences(of: slice.first, minus: slice.second, weighting)
      return ContrastRow(
        first: pair.first, second: pair.second,
        task: try slice.taskID.flatMap {
          try String.fetchOne(database, sql: "SELECT name FROM task WHERE id = ?", arguments: [$0])
        }, prompts: prompts, differences: differences)
    }
  }

  /// Stores the contrasts of the study's one pair of tuned models; with more of them there are too many pairs.
  func countContrasts(_ estimates: inout SummaryEstimates, _ database: Database) throws {
    let tuned = try comparisons(database).filter { !$0.isControl }
    let names = tuned.map(\.tuned).uniqued
    guard names.count == 2 else { return }
    let pairs = Self.pairs(
      tuned.filter { $0.tuned == names[0] }, tuned.filter { $0.tuned == names[1] }, .all)
    for pair in pairs {
      // Most small studies have too few prompts, which is known without reading all of their sums again.
      guard try Self.promptCount(of: pair.first, database) >= PromptGroups.storedFrom else { continue }
      let slices = try pair.slices(database)
      guard slices.last.map({ $0.first.counts.prompts >= PromptGroups.storedFrom }) == true else { continue }
      for slice in slices {
        var id: Int?
        for weighting in Weighting.allCases {
          let (prompts, differences) = estimates.differences(
            of: slice.first, minus: slice.second, weighting)
          if id == nil {
            try database.execute(
              sql: "INSERT INTO contrast VALUES (NULL, ?, ?, ?, ?)",
              arguments: [pair.first.id, pair.second.id, slice.taskID, prompts])
            id = Int(database.lastInsertedRowID)
          }
          guard let id else { continue }
          try StoredEstimate.insert(
            differences, into: "contrastFigure", owner: id, weighting, database)
        }
      }
    }
  }
}

extension ShiftIndex {
  /// The number of prompts of a comparison, by the bytes of their names.
  static func promptCount(of comparison: Comparison, _ database: Database) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM (
          SELECT DISTINCT taskID, prompt FROM measurement JOIN sequence ON sequence.id = sequenceID
          WHERE comparisonID = ?)
        """, arguments: [comparison.id]) ?? 0
  }
}

/// Two comparisons to be set against each other.
private struct ComparisonPair {
  var first: Comparison
  var second: Comparison

  /// The tasks that both have, then all of them together where there are several.
  func slices(_ database: Database) throws -> [(taskID: Int?, first: SliceTotals, second: SliceTotals)] {
    let others = try SummarySlice.all(of: second, database)
    return try SummarySlice.all(of: first, database).compactMap { slice in
      others.first { $0.taskID == slice.taskID }.map { (slice.taskID, slice.totals, $0.totals) }
    }
  }
}

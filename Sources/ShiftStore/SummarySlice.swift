import GRDB
import Statistics

/// The sums of one comparison on one task, or on all of its tasks together.
struct SummarySlice {
  /// The task's row; nil for all tasks.
  var taskID: Int?
  var totals: SliceTotals

  /// The slices of a comparison: each task in the order of the plan, then all together where there are several.
  static func all(of comparison: Comparison, _ database: Database) throws -> [SummarySlice] {
    var places: [Int: Int] = [:]
    var slices: [SummarySlice] = []
    var whole = SliceTotals()
    try SequenceStatistics.forEach(of: [comparison.id], database) { sequence in
      let taskID = sequence.prompt.taskID
      let place = places[taskID, default: slices.count]
      if place == slices.count {
        places[taskID] = place
        slices.append(SummarySlice(taskID: taskID, totals: SliceTotals()))
      }
      slices[place].totals.add(sequence)
      whole.add(sequence)
    }
    if slices.count > 1 { slices.append(SummarySlice(taskID: nil, totals: whole)) }
    let canBeSample = try whole.canBeSample(of: comparison, database)
    for place in slices.indices { slices[place].totals.canBeSample = canBeSample }
    return slices
  }
}

extension SliceTotals {
  /// False where the text of all tasks together is certainly no sample of the model that wrote it.
  fileprivate func canBeSample(of comparison: Comparison, _ database: Database) throws -> Bool {
    guard let writer = comparison.writer,
      let choices = try WriterChoices.fetch(of: comparison, positions: counts.positions, database),
      let entropy = means(writer == .tuned ? .entropyTuned : .entropyReference, .token),
      let meanEntropy = mean(of: entropy.low)
    else { return true }
    return choices.canBeSample(
      meanEntropy: meanEntropy,
      vocabularySize: try Int.fetchOne(database, sql: "SELECT vocabularySize FROM study"))
  }
}

/// Rows of `summaryFigure` and `contrastFigure`.
enum StoredEstimate {
  /// Writes the estimates of one row of the owning table.
  static func insert(
    _ estimates: [SummaryFigure: Estimate], into table: String, owner: Int, _ weighting: Weighting,
    _ database: Database
  ) throws {
    var row = try RowInsert(database, into: table, columns: 10)
    for figure in SummaryFigure.allCases {
      guard let estimate = estimates[figure] else { continue }
      row.bind(owner)
      row.bind(weighting.rawValue)
      row.bind(figure.rawValue)
      switch estimate.knowledge {
      case .exact(let mean):
        row.bind(1)
        row.bind(mean)
        row.bind(mean)
      case .between(let low, let high):
        row.bind(0)
        row.bind(low)
        row.bind(high)
      }
      try row.insert()
    }
  }

  /// Reads the estimates of one row of the owning table.
  static func fetch(
    from table: String, owner: String, _ id: Int, _ weighting: Weighting, _ database: Database
  ) throws -> [SummaryFigure: Estimate] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM \(table) WHERE \(owner) = ? AND weighting = ?",
      arguments: [id, weighting.rawValue])
    return try rows.reduce(into: [:]) { estimates, row in
      guard let figure = try SummaryFigure(rawValue: row.value("figure")) else { return }
      let low = try Estimate.Mean(row.value("low"), row.value("lowIntervalLow"), row.value("lowIntervalHigh"))
      let high = try (row.value("high") as Double?).map {
        try Estimate.Mean($0, row.value("highIntervalLow"), row.value("highIntervalHigh"))
      }
      estimates[figure] = try Estimate(row.value("exact") ? .exact(low) : .between(low: low, high: high))
    }
  }
}

extension Estimate.Mean {
  fileprivate init(_ value: Double, _ low: Double?, _ high: Double?) throws {
    if let low, let high, !(low <= high) { throw DamagedRow() }
    self.init(value, interval: low.flatMap { low in high.map { low...$0 } })
  }
}

extension RowInsert {
  fileprivate mutating func bind(_ mean: Estimate.Mean?) {
    bind(mean?.value)
    bind(mean?.interval?.lowerBound)
    bind(mean?.interval?.upperBound)
  }
}

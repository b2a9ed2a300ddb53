import Foundation
import GRDB

extension ShiftIndex {
  /// How every vocabulary token fared where it stands in the text of these comparisons, by rising id.
  ///
  /// - Parameters:
  ///   - task: One task, or nil for all.
  ///   - groups: The group of each token id, where tokens are taken together; one without is left out.
  public func emittedDrift(
    in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> [EmittedDrift] {
    try reading { database in
      var sums = SumsByID<EmittedTokenSums>(adding: +=)
      try forEachToken(
        "emittedToken", columns: EmittedTokenSums.columns, in: comparisons, task: task, database
      ) { _, token, row in
        if let id = groups.id(of: token) { sums.append(EmittedTokenSums(row), to: id) }
      }
      return sums.rising().map { $0.sums.drift(of: $0.id) }
    }
  }

  /// Rows that are rather looked up one by one.
  private static let fewTokens = 1000

  /// The median rank shift of some tokens, or groups of tokens.
  public func medians(
    of ids: some Swift.Sequence<Int>, in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> [Int: Double] {
    let wanted = Set(ids)
    let tokens = groups.map { $0.filter { wanted.contains($0.value) }.map(\.key) } ?? Array(wanted)
    var histograms: [Int: RankShiftHistogram] = [:]
    try reading { database in
      let tasks =
        try task.map { [try taskID(of: $0, database)] } ?? Int.fetchAll(database, sql: "SELECT id FROM task")
      // A few rows are looked up by their whole key; of many it is quicker to read all.
      let readsAll = tokens.count > Self.fewTokens
      let rows = try RowSelect(
        database,
        """
        SELECT tokenID, rankShifts FROM emittedToken WHERE comparisonID = ? AND taskID = ?
        \(readsAll ? "" : "AND tokenID = ?")
        """)
      let slices = comparisons.flatMap { comparison in tasks.map { [comparison.id, $0] } }
      for key in readsAll ? slices : slices.flatMap({ slice in tokens.map { slice + [$0] } }) {
        try rows.forEach(key) {
          let token = rows.integer(0)
          guard let id = groups.id(of: token), wanted.contains(id) else { return }
          rows.withBytes(1) { histograms[id, default: RankShiftHistogram()].add($0) }
        }
      }
    }
    return histograms.compactMapValues(\.median)
  }

  /// How probability moved, token by token, by rising id. Empty where no trace was dense.
  ///
  /// Over several slices the means are weighted by positions.
  public func predictedDrift(
    in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> [PredictedDrift] {
    try reading { database in
      var sums = SumsByID<PredictedDrift>(adding: +=)
      let weights = try predictedWeights(of: comparisons, task: task, database)
      try forEachToken(
        "predictedToken", columns: "klShareMean, movedMassMean", in: comparisons, task: task, database
      ) { comparison, token, row in
        guard let id = groups.id(of: token), let weight = weights[comparison] else {
          return
        }
        sums.append(
          PredictedDrift(
            tokenID: id, klShareMean: row.real(1) * weight.finite, movedMassMean: row.real(2) * weight.all),
          to: id)
      }
      return sums.rising().map(\.sums)
    }
  }

  /// The parts that comparisons have of the positions of all of them: of those with shares, and of all.
  private func predictedWeights(
    of comparisons: [Comparison], task: String?, _ database: Database
  ) throws -> [Int: (finite: Double, all: Double)] {
    let filter = try sliceFilter(comparisons, task: task, of: "predictedSum", database)
    let rows = try RowSelect(
      database,
      """
      SELECT comparisonID, sum(positions), sum(positions + infinitePositions)
      FROM predictedSum WHERE \(filter) GROUP BY comparisonID
      """)
    var weights: [Int: (finite: Double, all: Double)] = [:]
    try rows.forEach { weights[rows.integer(0)] = (rows.real(1), rows.real(2)) }
    let total = weights.values.reduce(into: (finite: 0.0, all: 0.0)) {
      $0.finite += $1.finite
      $0.all += $1.all
    }
    return weights.mapValues { ($0.finite / max(total.finite, 1), $0.all / max(total.all, 1)) }
  }

  /// Hands over the rows of a table of tokens by rising id: those of one task, or of all tasks.
  private func forEachToken(
    _ table: String, columns: String, in comparisons: [Comparison], task: String?, _ database: Database,
    _ body: (_ comparisonID: Int, _ tokenID: Int, _ row: RowSelect) -> Void
  ) throws {
    let chosen = try task.map { try taskID(of: $0, database) }
    for comparison in comparisons.map(\.id).sorted() {
      let hasTotal =
        try chosen == nil
        && Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM \(table)Total WHERE comparisonID = ?)",
          arguments: [comparison]) == true
      // A comparison on one task has no total of its own: its rows are that task's.
      let rows = try RowSelect(
        database,
        """
        SELECT tokenID, \(columns) FROM \(table)\(hasTotal ? "Total" : "")
        WHERE comparisonID = ?1 \(chosen == nil ? "" : "AND taskID = ?2")
        ORDER BY \(hasTotal ? "" : "taskID, ")tokenID
        """)
      try rows.forEach([comparison] + (chosen.map { [$0] } ?? [])) { body(comparison, rows.integer(0), rows) }
    }
  }

  /// The condition that keeps the rows of these comparisons and this task in a table.
  ///
  /// - Parameter taskTable: The table that has the task; nil for the same one.
  func sliceFilter(
    _ comparisons: [Comparison], task: String?, of table: String, taskIn taskTable: String? = nil,
    _ database: Database
  ) throws -> String {
    let ids = comparisons.map { String($0.id) }.joined(separator: ", ")
    let slice = "\(table).comparisonID IN (\(ids))"
    guard let task else { return slice }
    return "\(slice) AND \(taskTable ?? table).taskID = \(try taskID(of: task, database))"
  }
}

extension [Int: Int]? {
  /// The row that a token counts in: itself where there are no groups; nil where no group has it.
  func id(of token: Int) -> Int? {
    guard let self else { return token }
    return self[token]
  }
}

extension PredictedDrift {
  fileprivate static func += (drift: inout PredictedDrift, other: PredictedDrift) {
    drift.klShareMean = drift.klShareMean.flatMap { own in other.klShareMean.map { own + $0 } }
    drift.movedMassMean += other.movedMassMean
  }
}

import GRDB

extension ShiftIndex {
  /// Adds up the tasks of each comparison that has several, so that a table over all tasks need not; part of
  /// ``finish(threads:)``.
  ///
  /// - Parameter sums: Those of predicted tokens, of every comparison and task.
  func countTotals(_ sums: [PredictedSumRecord], _ database: Database) throws {
    try database.execute(sql: "DELETE FROM emittedTokenTotal; DELETE FROM predictedTokenTotal")
    let comparisons = try Int.fetchAll(
      database,
      sql: """
        SELECT comparisonID FROM measurement JOIN sequence ON sequence.id = sequenceID
        GROUP BY comparisonID HAVING min(taskID) < max(taskID) ORDER BY comparisonID
        """)
    for comparison in comparisons { try countEmittedTotal(of: comparison, database) }
    let predicted = Dictionary(grouping: sums, by: \.comparisonID)
    for comparison in comparisons {
      if let sums = predicted[comparison] { try countPredictedTotal(of: sums, database) }
    }
  }

  private func countEmittedTotal(of comparison: Int, _ database: Database) throws {
    let rows = try RowSelect(
      database,
      """
      SELECT tokenID, \(EmittedTokenSums.columns) FROM emittedToken
      WHERE comparisonID = ? ORDER BY taskID, tokenID
      """)
    var sums = SumsByID<EmittedTokenSums>(adding: +=)
    try rows.forEach([comparison]) {
      sums.append(EmittedTokenSums(rows), to: rows.integer(0))
    }
    try RowInsert.rows(database, into: "emittedTokenTotal", columns: 13) { row in
      for (token, sums) in sums.rising() {
        row.bind(comparison)
        row.bind(token)
        sums.bind(to: &row)
        try row.insert()
      }
    }
  }

  private func countPredictedTotal(of sums: [PredictedSumRecord], _ database: Database) throws {
    guard var total = sums.first else { return }
    for sum in sums.dropFirst() { total.add(sum) }
    try RowInsert.rows(database, into: "predictedTokenTotal", columns: 4) { row in
      for mean in total.means {
        row.bind(total.comparisonID)
        row.bind(mean.tokenID)
        row.bind(mean.klShareMean)
        row.bind(mean.movedMassMean)
        try row.insert()
      }
    }
  }
}

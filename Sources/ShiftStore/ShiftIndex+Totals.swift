import GRDB

extension ShiftIndex {
  /// Adds up the tasks of each comparison that has several, so that a table of the tokens of all texts need not; part of
  /// ``finish(threads:)``.
  func countEmittedTotals(_ database: Database) throws {
    try database.execute(sql: "DELETE FROM emittedTokenTotal")
    let comparisons = try Int.fetchAll(
      database,
      sql: """
        SELECT comparisonID FROM measurement JOIN sequence ON sequence.id = sequenceID
        GROUP BY comparisonID HAVING min(taskID) < max(taskID) ORDER BY comparisonID
        """)
    for comparison in comparisons { try countEmittedTotal(of: comparison, database) }
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
    let totals = try RowHandIn(database, into: "emittedTokenTotal", columns: 13)
    try totals.insert(sums.rising()) { total, row in
      row.put(comparison)
      row.put(total.id)
      total.sums.put(into: &row)
    }
  }
}

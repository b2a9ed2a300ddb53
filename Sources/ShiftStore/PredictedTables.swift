import GRDB

/// Writes the tables of predicted tokens: means over positions from the exact sums, one comparison and task after the other.
struct PredictedTables {
  /// How many tokens are a megabyte or so of rows.
  private static let writebackStep = 1 << 14

  private let index: ShiftIndex
  private let database: Database
  /// The sums of the tasks of a comparison so far.
  private var total: PredictedSumRecord?

  /// Empties the tables.
  init(of index: ShiftIndex, _ database: Database) throws {
    self.index = index
    self.database = database
    try database.execute(sql: "DELETE FROM predictedToken; DELETE FROM predictedTokenTotal")
  }

  /// Writes the rows of a slice. That of all tasks of a comparison comes after each of them.
  mutating func write(_ slice: TallySlice) throws {
    guard let task = slice.taskID else {
      if let total, total.comparisonID == slice.comparisonID {
        try insert(total, into: "predictedTokenTotal", key: [slice.comparisonID])
      }
      return
    }
    for sum in try index.predictedSums(database, comparison: slice.comparisonID, task: task) {
      try insert(sum, into: "predictedToken", key: [slice.comparisonID, task])
      if total?.comparisonID == sum.comparisonID { total?.add(sum) } else { total = sum }
    }
  }

  /// Inserts the means of every token, each behind the same key.
  private func insert(_ sum: PredictedSumRecord, into table: String, key: [Int]) throws {
    let rows = try RowHandIn(database, into: table, keys: key.count, columns: 3)
    try rows.insert(sum.means, behind: key) { mean, row in
      // The disk has nothing else to do meanwhile.
      if mean.tokenID.isMultiple(of: Self.writebackStep) { index.writeback?.settleBeside() }
      row.put(mean.tokenID)
      row.put(mean.klShareMean)
      row.put(mean.movedMassMean)
    }
  }
}

import GRDB

/// Writes the tables of predicted tokens: means over positions from the exact sums, one comparison and task after the other.
struct PredictedTables {
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
      if let total, total.comparisonID == slice.comparisonID { try insertTotal(total) }
      return
    }
    for sum in try index.predictedSums(database, comparison: slice.comparisonID, task: task) {
      try insert(sum, task: task)
      if total?.comparisonID == sum.comparisonID { total?.add(sum) } else { total = sum }
    }
  }

  private func insert(_ sum: PredictedSumRecord, task: Int) throws {
    try RowInsert.rows(database, into: "predictedToken", columns: 5) { row in
      for mean in sum.means {
        row.bind(sum.comparisonID)
        row.bind(task)
        row.bind(mean.tokenID)
        row.bind(mean.klShareMean)
        row.bind(mean.movedMassMean)
        try row.insert()
      }
    }
  }

  private func insertTotal(_ sum: PredictedSumRecord) throws {
    try RowInsert.rows(database, into: "predictedTokenTotal", columns: 4) { row in
      for mean in sum.means {
        row.bind(sum.comparisonID)
        row.bind(mean.tokenID)
        row.bind(mean.klShareMean)
        row.bind(mean.movedMassMean)
        try row.insert()
      }
    }
  }
}

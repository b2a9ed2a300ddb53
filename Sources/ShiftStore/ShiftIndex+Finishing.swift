import Foundation
import GRDB
import Measures

extension ShiftIndex {
  /// The number of positions kept for each metric, comparison and task in the table `extreme`.
  public static let extremeCount = 1000

  /// Counts the tables that people ask for, and says that the index is whole.
  ///
  /// Everything is counted from `position` and `predictedSum` in the order of the plan, so the result does not
  /// depend on threads, on interruptions, or on who measured what. One transaction: all tables or none.
  public func finish() throws {
    try writing { database in
      try count(
        [
          EmittedTokenTally.self, PromptTokenTally.self, ExtremeTally.self, ProfileTally.self,
          EstimateTally.self, DistributionTally.self, BandTally.self, RankCountTally.self,
          FirstDivergenceTally.self,
          EntropySliceTally.self,
        ], database)
      try countTokenTables(database)
      try countSummary(database)
      try database.execute(sql: "UPDATE study SET state = 'finished'")
    }
    // One file again, without -wal and -shm beside it, so that it can be copied and mailed.
    try configuring { database in
      try database.execute(sql: "PRAGMA optimize")
      _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  /// Fills the tables of tallies in one pass over the positions: by comparison, task, sequence and position.
  private func count(_ kinds: [any PositionTally.Type], _ database: Database) throws {
    for kind in kinds {
      for table in kind.tables { try database.execute(sql: "DELETE FROM \(table)") }
    }
    let positions = try PositionSelect(database)
    let sequences = try Row.fetchCursor(
      database,
      sql: """
        SELECT comparisonID, taskID, measurement.id, prompt, length(tokens) / 4 - promptLength
        FROM measurement JOIN sequence ON sequence.id = sequenceID
        ORDER BY comparisonID, taskID, measurement.id
        """)
    var tallies: [any PositionTally] = []
    /// Those of all tasks of the comparison together.
    var wholes: [any PositionTally] = []
    var slice: TallySlice?
    var taskCount = 0
    func write(isLastOfComparison: Bool) throws {
      guard let slice else { return }
      for tally in tallies { try tally.write(slice, to: database) }
      guard isLastOfComparison, taskCount > 1 else { return }
      let whole = TallySlice(comparisonID: slice.comparisonID, taskID: nil)
      for tally in wholes { try tally.write(whole, to: database) }
    }
    while let row = try sequences.next() {
      let next = TallySlice(comparisonID: row[0], taskID: row[1])
      if next != slice {
        let isNewComparison = next.comparisonID != slice?.comparisonID
        try write(isLastOfComparison: isNewComparison)
        if isNewComparison {
          wholes = kinds.filter { $0.countsWhole }.map { $0.init() }
          taskCount = 0
        }
        taskCount += 1
        slice = next
        tallies = kinds.map { $0.init() }
      }
      let sequence = TalliedSequence(
        measurementID: row[2], prompt: row[3], responseLength: row[4],
        positions: try positions.positions(of: row[2]))
      for place in tallies.indices { tallies[place].add(sequence) }
      for place in wholes.indices { wholes[place].add(sequence) }
    }
    try write(isLastOfComparison: true)
  }

  /// Fills the tables of predicted tokens, and those of tokens over all tasks.
  private func countTokenTables(_ database: Database) throws {
    let predicted = try predictedSums(database)
    try database.execute(sql: "DELETE FROM predictedToken")
    try countPredictedTokens(predicted, database)
    try countTotals(predicted, database)
  }

  /// Means over positions from the exact sums.
  private func countPredictedTokens(_ sums: [PredictedSumRecord], _ database: Database) throws {
    var row = try RowInsert(database, into: "predictedToken", columns: 5)
    for sum in sums {
      let task = try taskID(of: sum.task, database)
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
}

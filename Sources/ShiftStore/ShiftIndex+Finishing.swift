import Foundation
import GRDB
import Measures
import Synchronization

extension ShiftIndex {
  /// The number of positions kept for each metric, comparison and task in the table `extreme`.
  public static let extremeCount = 100

  /// Counts the tables that people ask for, and says that the index is whole.
  ///
  /// Everything is counted from the rows of `position`, or what this process set aside of them when it wrote them, and of
  /// `predictedSum` in the order of the plan, so the result does not depend on threads, on interruptions, or on who measured
  /// what. One transaction: all tables or none; with them what was appended and is not committed yet. What is kept in
  /// memory does not grow with the positions: what has to be sorted is set aside in files beside the index.
  ///
  /// - Parameter threads: How many threads count.
  public func finish(threads: Int = 1) throws {
    writeback?.settleBeside()
    defer { writeback?.end() }
    try extendingTransaction { database in
      try checkKept(database)
      var pass = try TallyPass(
        [
          EmittedTokenTally.self, PromptTokenTally.self, ExtremeTally.self, ProfileTally.self,
          EstimateTally.self, DistributionTally.self, BandTally.self, RankCountTally.self,
          FirstDivergenceTally.self, EntropySliceTally.self,
        ], of: self, threads: threads, database)
      try pass.run()
      try countEmittedTotals(database)
      try countKinds(database)
      try countSummary(database, threads: threads) { try pass.writePredicted() }
      try database.execute(sql: "UPDATE study SET state = 'finished'")
      try writeStatistics(database)
      try database.commit()
    }
    kept.withLock { $0 = nil }
    // One file again, without a journal beside it, so that it can be copied and mailed.
    try configuring { database in
      _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  /// What SQLite plans queries by, written with the tables and not by itself, which would wait for the disk once for each.
  private func writeStatistics(_ database: Database) throws {
    try database.execute(sql: "ANALYZE emittedToken")
    // The rows, how many a measurement has, rounded up, and one at each place of it: what ANALYZE reads all of them for.
    try database.execute(
      sql: """
        DELETE FROM sqlite_stat1 WHERE tbl = 'position';
        INSERT INTO sqlite_stat1
          SELECT 'position', 'position',
            sum(positions) || ' ' || ((sum(positions) + count(*) - 1) / count(*)) || ' 1'
          FROM measurement WHERE positions > 0 GROUP BY positions IS NULL;
        ANALYZE task; ANALYZE rankCount; ANALYZE comparison
        """)
  }
}

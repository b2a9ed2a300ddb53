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
      try database.execute(
        sql: "DELETE FROM emittedToken; DELETE FROM predictedToken; DELETE FROM extreme; DELETE FROM profile;"
      )
      try database.execute(sql: Self.emittedTokens)
      for metric in Metric.allCases { try database.execute(sql: Self.extremes(of: metric)) }
      try database.execute(sql: Self.profile(scale: "absolute", bin: "position.position"))
      try database.execute(
        sql: Self.profile(
          scale: "relative",
          bin: "position.position * 100 / (length(sequence.tokens) / 4 - sequence.promptLength)"))
      try countPredictedTokens(database)
      try database.execute(sql: "UPDATE study SET state = 'finished'")
    }
    // One file again, without -wal and -shm beside it, so that it can be copied and mailed.
    try configuring { database in
      try database.execute(sql: "PRAGMA optimize")
      _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  private static let joins = """
    FROM position
    JOIN measurement ON measurement.id = position.measurementID
    JOIN sequence ON sequence.id = measurement.sequenceID
    """

  /// The count, sum of lower bounds and sum of upper bounds of the finite `KL(tuned ‖ reference)` of a group.
  /// The upper sum is null as soon as one upper bound is.
  private static let klSums = """
    sum(coalesce(klTunedReference, klTunedReferenceLow) < 9e999),
    coalesce(sum(nullif(coalesce(klTunedReference, klTunedReferenceLow), 9e999)), 0.0),
    CASE WHEN count(*) = count(coalesce(klTunedReference, klTunedReferenceHigh))
         THEN coalesce(sum(nullif(coalesce(klTunedReference, klTunedReferenceHigh), 9e999)), 0.0) END
    """

  private static let emittedTokens = """
    INSERT INTO emittedToken
    SELECT measurement.comparisonID, sequence.taskID, tokenID, count(*),
      sum(rankReference = 1 IS TRUE), sum(rankReference BETWEEN 2 AND 3 IS TRUE), sum(rankReference > 3 IS TRUE),
      count(rankShift), coalesce(sum(rankShift), 0),
      sum(abs(logprobShift) < 9e999 IS TRUE),
      coalesce(sum(CASE WHEN abs(logprobShift) < 9e999 THEN logprobShift END), 0.0),
      \(klSums)
    \(joins)
    GROUP BY measurement.comparisonID, sequence.taskID, tokenID
    """

  private static func extremes(of metric: Metric) -> String {
    """
    INSERT INTO extreme
    SELECT '\(metric.rawValue)', comparisonID, taskID, place, measurementID, position, value FROM (
      SELECT measurement.comparisonID, sequence.taskID, position.measurementID, position.position,
        \(metric.sql) AS value,
        row_number() OVER (
          PARTITION BY measurement.comparisonID, sequence.taskID
          ORDER BY \(metric.ordersByMagnitude ? "abs(\(metric.sql))" : metric.sql) DESC,
            position.measurementID, position.position) AS place
      \(joins)
      WHERE \(metric.sql) IS NOT NULL)
    WHERE place <= \(extremeCount)
    """
  }

  private static func profile(scale: String, bin: String) -> String {
    """
    INSERT INTO profile
    SELECT measurement.comparisonID, sequence.taskID, '\(scale)', \(bin) AS bin, count(*),
      sum(rankReference > 3 IS TRUE), count(rankReference), count(rankShift), coalesce(sum(rankShift), 0),
      \(klSums)
    \(joins)
    GROUP BY measurement.comparisonID, sequence.taskID, bin
    """
  }

  /// Means over positions from the exact sums.
  private func countPredictedTokens(_ database: Database) throws {
    let insert = try database.cachedStatement(
      sql: "INSERT INTO predictedToken VALUES (?, (SELECT id FROM task WHERE name = ?), ?, ?, ?)")
    for sum in try predictedSums(database) {
      let finite = Double(max(sum.positions, 1))
      let all = Double(max(sum.positions + sum.infinitePositions, 1))
      for (token, (share, mass)) in zip(sum.klShare, sum.movedMass).enumerated()
      where share.units != 0 || mass.units != 0 {
        insert.setUncheckedArguments([
          sum.comparisonID, sum.task, token, share.value / finite, mass.value / all,
        ])
        try insert.execute()
      }
    }
  }
}

import Foundation
import GRDB
import Measures

extension ShiftIndex {
  /// How far the index has come.
  public func progress() throws -> StudyProgress {
    try reading { database in
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT state, completedMeasurements, plannedMeasurements FROM study")
      else { throw StoreError(file: path, .notAnIndex(found: "an index without a study")) }
      return StudyProgress(isFinished: row[0] == "finished", measured: row[1], planned: row[2])
    }
  }

  /// Whether a trace of these comparisons lists only some tokens.
  public func holdsTruncated(_ comparisons: [Comparison]) throws -> Bool {
    let ids = comparisons.map { "\($0.id)" }.joined(separator: ", ")
    return try reading { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM measurement WHERE support = 'truncated' AND comparisonID IN (\(ids)))
          """) ?? false
    }
  }

  /// The positions at which a rank of the emitted token is not known, those at which its class is not, and all.
  public func positionsWithoutRank() throws -> (unranked: Int, unclassed: Int, positions: Int) {
    try reading { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT total(positions - rankShiftCount), total(positions - unshifted - marginal - shifted),
            total(positions) FROM measurement
          """)
      guard let row else { return (0, 0, 0) }
      return (Int(row[0] as Double), Int(row[1] as Double), Int(row[2] as Double))
    }
  }

  /// The number of measurements that were tried and could not be made.
  public func refusedCount() throws -> Int {
    try reading { database in
      try Int.fetchOne(
        database, sql: "SELECT completedMeasurements - (SELECT count(*) FROM measurement) FROM study") ?? 0
    }
  }

  /// Refuses to go on with an index that belongs to another study or to other input.
  ///
  /// - Throws: ``StoreError`` that names the first thing that differs.
  public func check(against plan: StudyPlanRecord) throws {
    try reading { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT * FROM study") else {
        throw StoreError(file: path, .notAnIndex(found: "an index without a study"))
      }
      let study = plan.study
      try compare("the study", row["studyText"], study.studyText, show: digestLine)
      try compare("the settings", row["settings"], study.settings, show: { $0 })
      try compare("tokenshift", row["toolVersion"], study.toolVersion, show: { $0 })
      try compare(
        "the vocabulary", row["vocabularyFingerprint"] ?? "none", study.vocabularyFingerprint ?? "none",
        show: { $0 })
      let found = try Row.fetchAll(database, sql: "SELECT path, digest FROM input ORDER BY id").map {
        "\($0["path"] as String) (\($0["digest"] as String))"
      }
      let expected = plan.inputs.map { "\($0.path) (\($0.digest))" }
      for (found, expected) in zip(found, expected) {
        try compare("the input", found, expected, show: { $0 })
      }
      try compare("a number of inputs of", "\(found.count)", "\(expected.count)", show: { $0 })
    }
  }

  private func compare(_ what: String, _ found: String, _ expected: String, show: (String) -> String) throws {
    guard found != expected else { return }
    throw StoreError(file: path, .otherStudy(what: what, found: show(found), expected: show(expected)))
  }

  /// A text too long to print, by its length.
  private func digestLine(_ text: String) -> String { "text of \(text.utf8.count) bytes" }

  /// The running sums of the predicted-token table, to go on from.
  public func predictedSums() throws -> [PredictedSumRecord] {
    try reading { try predictedSums($0) }
  }

  func predictedSums(_ database: Database) throws -> [PredictedSumRecord] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT comparisonID, task.name, positions, infinitePositions, klShare, movedMass
        FROM predictedSum JOIN task ON task.id = taskID ORDER BY comparisonID, taskID
        """
    ).map { row in
      PredictedSumRecord(
        comparisonID: row[0], task: row[1], positions: row[2], infinitePositions: row[3],
        klShare: sums(row[4]), movedMass: sums(row[5]))
    }
  }

  private func sums(_ data: Data) -> [ExactSum] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 16).map {
        ExactSum(units: Int128(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 16, as: Int128.self)))
      }
    }
  }
}

import Foundation
import GRDB
import Measures

extension ShiftIndex {
  /// Writes the plan of a study into an empty index.
  func write(_ plan: StudyPlanRecord) throws {
    try writing { database in
      try insert(plan.study, database)
      for model in plan.models {
        try database.execute(
          sql: "INSERT INTO model VALUES (?, ?, ?, ?)",
          arguments: [model.id, model.name, model.role, model.method])
      }
      for input in plan.inputs {
        try database.execute(
          sql: """
            INSERT INTO input (path, modelID, format, byteCount, digest, digestKind) VALUES (?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            input.path, input.modelID, input.format, input.byteCount, input.digest, input.digestKind,
          ])
      }
      for comparison in plan.comparisons {
        try database.execute(
          sql: "INSERT INTO comparison VALUES (?, ?, ?, ?)",
          arguments: [comparison.id, comparison.tunedID, comparison.referenceID, comparison.source])
      }
      try insert(plan.vocabulary, database)
      for problem in plan.problems { try insert(problem, database) }
    }
  }

  /// Adds measurements in the order of the plan, all of them or none.
  ///
  /// - Parameters:
  ///   - measurements: The next ones of the plan, none left out.
  ///   - predicted: The running sums of the predicted-token table with these measurements in.
  public func append(_ measurements: [MeasurementRecord], predicted: [PredictedSumRecord]) throws {
    guard let last = measurements.last else { return }
    try writing { database in
      var rows = try MeasurementInsert(database)
      for measurement in measurements {
        try rows.insert(measurement)
        for problem in measurement.problems { try insert(problem, database) }
      }
      try rows.finish()
      for sum in predicted { try upsert(sum, database) }
      try database.execute(sql: "UPDATE study SET completedMeasurements = ?", arguments: [last.id])
    }
  }

  private func insert(_ vocabulary: [TokenRecord], _ database: Database) throws {
    let sorter = TokenSorter(.standard)
    try RowInsert.rows(database, into: "token", columns: 6) { row in
      for token in vocabulary {
        let kind = sorter.kind(of: token.bytes, isSpecial: token.isSpecial)
        row.bind(token.id)
        row.bind(token.bytes)
        row.bind(token.text)
        row.bind(token.isSpecial ? 1 : 0)
        row.bind(kind.category)
        row.bind(kind.wordKind)
        try row.insert()
      }
    }
  }

  private func insert(_ study: StudyRecord, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO study VALUES (1, 'measuring', ?, ?, ?, ?, ?, ?, ?, ?, 0)",
      arguments: [
        study.toolVersion, study.studyFile, study.studyText, study.settings, study.vocabularyFile,
        study.vocabularyFingerprint, study.vocabularySize, study.plannedMeasurements,
      ])
  }

  private func insert(_ problem: ProblemRecord, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO problem (severity, comparisonID, sequence, position, message) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        problem.severity.rawValue, problem.comparisonID, problem.sequence, problem.position, problem.message,
      ])
  }

  private func upsert(_ sum: PredictedSumRecord, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO predictedSum
        VALUES (?, (SELECT id FROM task WHERE name = ?), ?, ?, ?, ?)
        """,
      arguments: [
        sum.comparisonID, sum.task, sum.positions, sum.infinitePositions, bytes(of: sum.klShare),
        bytes(of: sum.movedMass),
      ])
  }

  /// 16 bytes a token: units of 2⁻⁸⁰, little-endian.
  private func bytes(of sums: [ExactSum]) -> Data {
    // A sum is nothing but its units.
    let isSwapped = Int128(1).littleEndian != 1
    if isSwapped { return sums.map { $0.units.littleEndian }.withUnsafeBytes { Data($0) } }
    return sums.withUnsafeBytes { Data($0) }
  }
}

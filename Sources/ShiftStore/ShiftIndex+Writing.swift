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
      var positions = try PositionInsert(database)
      for measurement in measurements {
        if case .measured(let sequence, let support, let measured) = measurement.outcome {
          try insert(sequence, database)
          try insert(measured, measurement, sequenceID: sequence.id, support: support, database)
          for position in measured.positions {
            try positions.insert(position, measurementID: measurement.id)
          }
          if let moved = measurement.moved { try insert(moved, measurementID: measurement.id, database) }
        }
        for problem in measurement.problems { try insert(problem, database) }
      }
      for sum in predicted { try upsert(sum, database) }
      try database.execute(sql: "UPDATE study SET completedMeasurements = ?", arguments: [last.id])
    }
  }

  private func insert(_ vocabulary: [TokenRecord], _ database: Database) throws {
    let sorter = TokenSorter(.standard)
    var row = try RowInsert(database, into: "token", columns: 6)
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

  /// Several comparisons share a sequence: the first one brings it.
  private func insert(_ sequence: SequenceRecord, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO task (name) VALUES (?) ON CONFLICT DO NOTHING", arguments: [sequence.task])
    let tokens = sequence.tokens.map(\.littleEndian).withUnsafeBytes { Data($0) }
    try database.execute(
      sql: """
        INSERT INTO sequence VALUES (?, ?, ?, (SELECT id FROM task WHERE name = ?), ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
      arguments: [
        sequence.id, sequence.name, sequence.source, sequence.task, sequence.prompt, sequence.promptLength,
        tokens,
      ])
  }

  private func insert(
    _ measured: MeasuredSequence, _ measurement: MeasurementRecord, sequenceID: Int,
    support: MeasurementRecord.Support, _ database: Database
  ) throws {
    let sums = measured.sums
    var values: [(any DatabaseValueConvertible)?] = [
      measurement.id, measurement.comparisonID, sequenceID, support.rawValue, sums.positions,
    ]
    values += [
      measured.exclusions.masked, measured.exclusions.missing, measured.exclusions.faulty.count,
    ]
    for figure in [
      sums.klTunedReference, sums.klReferenceTuned, sums.jensenShannon, sums.totalVariation,
      sums.entropyReference, sums.entropyTuned,
    ] {
      values += [figure.count, figure.low, figure.high, figure.infinite]
    }
    values += [
      sums.unshifted, sums.marginal, sums.shifted, sums.rankShiftCount, sums.rankShift,
      sums.logprobShiftCount, sums.logprobShift, sums.topAgreement, sums.coverageReference,
      sums.coverageTuned,
    ]
    let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
    try database.execute(
      sql: "INSERT INTO measurement VALUES (\(marks))", arguments: StatementArguments(values))
  }

  private func insert(_ moved: MovedTokens, measurementID: Int, _ database: Database) throws {
    var row = try RowInsert(database, into: "movedToken", columns: 6)
    row.bind(measurementID)
    row.bind(moved.positions)
    row.bind(moved.sharePositions)
    row.bind(moved.unlistedReference)
    row.bind(moved.unlistedTuned)
    row.bind(moved.encoded)
    try row.insert()
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
    sums.map(\.units.littleEndian).withUnsafeBytes { Data($0) }
  }
}

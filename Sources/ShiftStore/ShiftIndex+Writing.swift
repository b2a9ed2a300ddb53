import GRDB
import Measures
import Synchronization

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
    try append(measurements)
    try commit(predicted: predicted)
  }

  /// Adds measurements in the order of the plan, as part of a transaction that ``commit(predicted:)`` or
  /// ``finish(threads:)`` ends.
  ///
  /// Many rows can so enter the file before the sums, which are as long as the vocabulary, have to be written once more. Who
  /// reads the index meanwhile may have to wait for the end. After an error nothing of the transaction is left.
  ///
  /// - Parameter measurements: The next ones of the plan, none left out.
  public func append(_ measurements: [MeasurementRecord]) throws {
    guard let last = measurements.last else { return }
    try extendingTransaction { database in
      try checkKept(database)
      var rows = try MeasurementInsert(database)
      for measurement in measurements {
        try rows.insert(measurement)
        keep(measurement)
        for problem in measurement.problems { try insert(problem, database) }
      }
      try database.cachedStatement(sql: "UPDATE study SET completedMeasurements = ?")
        .execute(arguments: [last.id])
    }
    writeback?.proceed()
  }

  /// Puts down the running sums of the predicted-token table with all appended measurements in, as part of the transaction
  /// of ``append(_:)``.
  public func write(predicted: [PredictedSumRecord]) throws {
    try extendingTransaction { database in
      for sum in predicted { try replace(sum, database) }
    }
  }

  /// Makes what was appended since the last commit part of the index.
  ///
  /// - Parameter predicted: The running sums of the predicted-token table with all appended measurements in.
  public func commit(predicted: [PredictedSumRecord]) throws {
    try write(predicted: predicted)
    try extendingTransaction { try $0.commit() }
  }

  /// Forgets the positions that were set aside where they may no longer be those of the index.
  func checkKept(_ database: Database) throws {
    let state = try KeptPositions.State(database)
    kept.withLock { $0?.check(state) }
  }

  private func keep(_ measurement: MeasurementRecord) {
    guard case .measured(_, _, let measured) = measurement.outcome else { return }
    kept.withLock { $0?.keep(measured.positions, of: measurement.id) }
  }

  private func insert(_ vocabulary: [TokenRecord], _ database: Database) throws {
    let sorter = TokenSorter(.standard)
    let rows = try RowHandIn(database, into: "token", columns: 6)
    try rows.insert(vocabulary) { token, row in
      let kind = sorter.kind(of: token.bytes, isSpecial: token.isSpecial)
      row.put(token.id)
      row.put(token.bytes)
      row.put(token.text)
      row.put(token.isSpecial ? 1 : 0)
      row.put(kind.category)
      row.put(kind.wordKind)
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

  /// Puts sums in the place of those that the index holds for the comparison and task.
  private func replace(_ sum: PredictedSumRecord, _ database: Database) throws {
    let task = try taskID(of: sum.task, database)
    try database.execute(
      sql: "DELETE FROM predictedSum WHERE comparisonID = ? AND taskID = ?",
      arguments: [sum.comparisonID, task])
    var row = try RowInsert(database, into: "predictedSum", columns: 6)
    row.bind(sum.comparisonID)
    row.bind(task)
    row.bind(sum.positions)
    row.bind(sum.infinitePositions)
    // Of each token 16 bytes: units of 2⁻⁸⁰, the lower word first. A sum is nothing but its units.
    try sum.klShare.withUnsafeBytes { klShare in
      try sum.movedMass.withUnsafeBytes { movedMass in try row.insert(endingWith: klShare, movedMass) }
    }
  }
}

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
      return try StudyProgress(
        isFinished: row.value(0) == "finished", measured: row.value(1), planned: row.value(2))
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

  /// Whether the index stands for all of its study: it is finished, and nothing of the input was refused.
  public func isComplete() throws -> Bool {
    try reading { database in
      try Bool.fetchOne(
        database,
        sql: """
          SELECT state = 'finished' AND NOT EXISTS (SELECT 1 FROM problem WHERE severity = 'error') FROM study
          """) ?? false
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
      try compareText(row.value("studyText"), study.studyText)
      try compare("the settings", row.value("settings"), study.settings, show: { $0 })
      try compare("tokenshift", row.value("toolVersion"), study.toolVersion, show: { $0 })
      try compare(
        "the vocabulary", row.value("vocabularyFingerprint") ?? "none", study.vocabularyFingerprint ?? "none",
        show: { $0 })
      let found = try Row.fetchAll(database, sql: "SELECT path, digest FROM input ORDER BY id").map {
        let (path, digest): (String, String) = try ($0.value("path"), $0.value("digest"))
        return "\(path) (\(digest))"
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

  /// Names the first line of the study file that differs.
  private func compareText(_ found: String, _ expected: String) throws {
    guard found != expected else { return }
    let texts = [found, expected].map {
      $0.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    }
    let line = zip(texts[0], texts[1]).enumerated().first { !$0.element.0.elementsEqual($0.element.1) }?
      .offset
    let place = line ?? min(texts[0].count, texts[1].count)
    // As in source text, so that a line end of another kind shows.
    let shown = texts.map {
      $0.count > place ? String($0[place].prefix(200)).debugDescription : "no such line"
    }
    throw StoreError(
      file: path,
      .otherStudy(what: "a study file whose line \(place + 1) is", found: shown[0], expected: shown[1]))
  }

  /// The running sums of the predicted-token table, to go on from.
  public func predictedSums() throws -> [PredictedSumRecord] {
    try reading { try predictedSums($0, where: "TRUE") }
  }

  /// The sums of one comparison and task: one record, or none where traces are truncated.
  func predictedSums(_ database: Database, comparison: Int, task: Int) throws -> [PredictedSumRecord] {
    try predictedSums(database, where: "comparisonID = ? AND taskID = ?", [comparison, task])
  }

  private func predictedSums(
    _ database: Database, where condition: String, _ parameters: [Int] = []
  ) throws -> [PredictedSumRecord] {
    let rows = try RowSelect(
      database,
      """
      SELECT comparisonID, task.name, positions, infinitePositions, klShare, movedMass
      FROM predictedSum JOIN task ON task.id = taskID WHERE \(condition) ORDER BY comparisonID, taskID
      """)
    var records: [PredictedSumRecord] = []
    try rows.forEach(parameters) {
      records.append(
        PredictedSumRecord(
          comparisonID: rows.integer(0), task: rows.text(1), positions: rows.integer(2),
          infinitePositions: rows.integer(3), klShare: rows.withBytes(4, Self.sums),
          movedMass: rows.withBytes(5, Self.sums)))
    }
    return records
  }

  private static func sums(_ bytes: UnsafeRawBufferPointer) -> [ExactSum] {
    (0..<bytes.count / 16).map {
      ExactSum(units: Int128(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 16, as: Int128.self)))
    }
  }
}

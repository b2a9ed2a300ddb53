import GRDB

/// The tables of the index.
///
/// An index is made whole by one version and read by all that know its schema: tables that are counted from the input
/// cannot be added afterwards. With every change of a table, or of how something is written in one, the version is raised.
enum Schema {
  /// "TKSH" in ASCII: `PRAGMA application_id` of every index.
  static let applicationID: Int32 = 0x544B_5348
  /// `PRAGMA user_version` of an index with these tables.
  static let version = 7

  /// Makes the tables in an empty file.
  static func create(in database: Database) throws {
    for tables in [studyTables, positionTables, tallyTables, summaryTables, slicingTables, views] {
      try database.execute(sql: tables)
    }
    try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
  }

  /// The study and how it was made.
  private static let studyTables = """
    CREATE TABLE study (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      state TEXT NOT NULL CHECK (state IN ('measuring', 'finished')),
      toolVersion TEXT NOT NULL,
      studyFile TEXT NOT NULL,
      studyText TEXT NOT NULL,
      settings TEXT NOT NULL,
      vocabularyFile TEXT,
      vocabularyFingerprint TEXT,
      vocabularySize INTEGER,
      plannedMeasurements INTEGER NOT NULL,
      completedMeasurements INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE model (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      role TEXT NOT NULL CHECK (role IN ('reference', 'tuned')),
      method TEXT
    ) STRICT;
    CREATE TABLE input (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL,
      modelID INTEGER NOT NULL REFERENCES model (id),
      format TEXT NOT NULL,
      byteCount INTEGER NOT NULL,
      digest TEXT NOT NULL,
      digestKind TEXT NOT NULL
    ) STRICT;
    CREATE TABLE task (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE token (
      id INTEGER PRIMARY KEY,
      bytes BLOB NOT NULL,
      text TEXT NOT NULL,
      special INTEGER NOT NULL CHECK (special IN (0, 1)),
      category TEXT NOT NULL,
      wordKind TEXT NOT NULL
    ) STRICT;
    CREATE TABLE sequence (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      source TEXT NOT NULL,
      taskID INTEGER NOT NULL REFERENCES task (id),
      prompt TEXT NOT NULL,
      promptLength INTEGER NOT NULL,
      tokens BLOB NOT NULL,
      UNIQUE (source, name)
    ) STRICT;
    CREATE TABLE comparison (
      id INTEGER PRIMARY KEY,
      tunedID INTEGER NOT NULL REFERENCES model (id),
      referenceID INTEGER NOT NULL REFERENCES model (id),
      source TEXT NOT NULL,
      UNIQUE (tunedID, source)
    ) STRICT;
    CREATE TABLE problem (
      id INTEGER PRIMARY KEY,
      severity TEXT NOT NULL CHECK (severity IN ('warning', 'error')),
      comparisonID INTEGER REFERENCES comparison (id),
      sequence TEXT,
      position INTEGER,
      message TEXT NOT NULL
    ) STRICT;
    """

  /// Every position, and what each sequence adds to the means.
  private static let positionTables = """
    CREATE TABLE measurement (
      id INTEGER PRIMARY KEY,
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      sequenceID INTEGER NOT NULL REFERENCES sequence (id),
      support TEXT NOT NULL CHECK (support IN ('full', 'truncated')),
      positions INTEGER NOT NULL,
      masked INTEGER NOT NULL,
      missing INTEGER NOT NULL,
      faulty INTEGER NOT NULL,
      \(measurementSums)
      unshifted INTEGER NOT NULL,
      marginal INTEGER NOT NULL,
      shifted INTEGER NOT NULL,
      rankShiftCount INTEGER NOT NULL,
      rankShiftSum INTEGER NOT NULL,
      logprobShiftCount INTEGER NOT NULL,
      logprobShiftSum REAL NOT NULL,
      topAgreement INTEGER NOT NULL,
      topUnknown INTEGER NOT NULL,
      coverageReferenceSum REAL NOT NULL,
      coverageTunedSum REAL NOT NULL,
      storagePositions INTEGER NOT NULL,
      klTunedReferenceStorageErrorSum REAL NOT NULL,
      klReferenceTunedStorageErrorSum REAL NOT NULL,
      jensenShannonStorageErrorSum REAL NOT NULL,
      totalVariationStorageErrorSum REAL NOT NULL,
      UNIQUE (comparisonID, sequenceID)
    ) STRICT;
    CREATE TABLE position (
      measurementID INTEGER NOT NULL REFERENCES measurement (id),
      position INTEGER NOT NULL,
      tokenID INTEGER NOT NULL,
      \(positionFigures)
      logprobReference REAL,
      logprobTuned REAL,
      rankReference INTEGER,
      rankReferenceLow INTEGER,
      rankTuned INTEGER,
      topReference INTEGER NOT NULL,
      topTuned INTEGER NOT NULL,
      coverageReference REAL NOT NULL,
      coverageTuned REAL NOT NULL,
      topOverlap INTEGER,
      rankShift INTEGER GENERATED ALWAYS AS (rankReference - rankTuned) VIRTUAL,
      logprobShift REAL GENERATED ALWAYS AS (logprobTuned - logprobReference) VIRTUAL,
      shiftClass TEXT GENERATED ALWAYS AS (
        CASE WHEN rankReference = 1 THEN 'unshifted' WHEN rankReference <= 3 THEN 'marginal'
             WHEN coalesce(rankReference, rankReferenceLow) > 3 THEN 'shifted' END) VIRTUAL,
      PRIMARY KEY (measurementID, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE movedToken (
      measurementID INTEGER PRIMARY KEY REFERENCES measurement (id),
      positions INTEGER NOT NULL,
      sharePositions INTEGER,
      unlistedReference REAL NOT NULL,
      unlistedTuned REAL NOT NULL,
      tokenCount INTEGER NOT NULL,
      tokens BLOB NOT NULL
    ) STRICT;
    CREATE TABLE predictedSum (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      positions INTEGER NOT NULL,
      infinitePositions INTEGER NOT NULL,
      klShare BLOB NOT NULL,
      movedMass BLOB NOT NULL,
      PRIMARY KEY (comparisonID, taskID)
    ) STRICT, WITHOUT ROWID;
    """

  /// Each position as the flat record that the command line prints.
  private static let views = """
    CREATE VIEW positionRecord AS
      SELECT tuned.name AS model, reference.name AS reference, comparison.source AS source, task.name AS task,
        sequence.prompt AS prompt, sequence.name AS sequence, position.position, position.tokenID,
        token.text AS token, \(figureNames.joined(separator: ", ")),
        entropyReference, entropyReferenceLow, entropyReferenceHigh,
        entropyTuned, entropyTunedLow, entropyTunedHigh,
        logprobReference, logprobTuned, logprobShift, rankReference, rankReferenceLow, rankTuned, rankShift, shiftClass,
        topReference, topTuned, coverageReference, coverageTuned, topOverlap
      FROM position
      JOIN measurement ON measurement.id = position.measurementID
      JOIN sequence ON sequence.id = measurement.sequenceID
      JOIN task ON task.id = sequence.taskID
      JOIN comparison ON comparison.id = measurement.comparisonID
      JOIN model AS tuned ON tuned.id = comparison.tunedID
      JOIN model AS reference ON reference.id = comparison.referenceID
      LEFT JOIN token ON token.id = position.tokenID;
    """

  private static let divergenceNames = [
    "klTunedReference", "klReferenceTuned", "jensenShannon", "totalVariation",
  ]
  private static let entropyNames = ["entropyReference", "entropyTuned"]
  private static var figureNames: [String] {
    divergenceNames.flatMap { [$0, $0 + "Low", $0 + "High"] }
  }

  /// Three columns a figure: bare where it is exact, Low and High where it is bounded.
  private static var positionFigures: String {
    (divergenceNames + entropyNames)
      .map { "\($0) REAL, \($0)Low REAL, \($0)High REAL," }
      .joined(separator: "\n  ")
  }

  private static var measurementSums: String {
    (divergenceNames + entropyNames)
      .map {
        "\($0)Count INTEGER NOT NULL, \($0)SumLow REAL NOT NULL, \($0)SumHigh REAL, \($0)Infinite INTEGER NOT NULL,"
      }
      .joined(separator: "\n  ")
  }
}

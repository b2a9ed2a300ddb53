extension Schema {
  /// A figure by one weighting: the mean or its two bounds, each with its interval.
  private static let estimateColumns = """
    weighting TEXT NOT NULL CHECK (weighting IN ('token', 'sequence')),
      figure TEXT NOT NULL,
      exact INTEGER NOT NULL CHECK (exact IN (0, 1)),
      low REAL NOT NULL,
      lowIntervalLow REAL,
      lowIntervalHigh REAL,
      high REAL,
      highIntervalLow REAL,
      highIntervalHigh REAL,
    """

  /// What the headline table tells, counted once when the last sequence is in. A null task is all tasks together.
  static let summaryTables = """
    CREATE TABLE measurementEstimate (
      measurementID INTEGER PRIMARY KEY REFERENCES measurement (id),
      pathCoverage INTEGER NOT NULL,
      pathUnknown INTEGER NOT NULL,
      topOverlapCount INTEGER NOT NULL,
      topOverlapSum INTEGER NOT NULL,
      shiftedTopOverlapCount INTEGER NOT NULL,
      shiftedTopOverlapSum INTEGER NOT NULL,
      logRankShiftCount INTEGER NOT NULL,
      logRankShiftSum REAL NOT NULL,
      probabilityShiftCount INTEGER NOT NULL,
      probabilityShiftSum REAL NOT NULL,
      probabilityShiftSquareSum REAL NOT NULL,
      ratioCount INTEGER NOT NULL,
      k3TunedReferenceSum REAL NOT NULL,
      k3ReferenceTunedSum REAL NOT NULL,
      ratioReferenceTunedSum REAL NOT NULL,
      ratioReferenceTunedSquareSum REAL NOT NULL,
      ratioTunedReferenceSum REAL NOT NULL,
      ratioTunedReferenceSquareSum REAL NOT NULL
    ) STRICT;
    CREATE TABLE distribution (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      figure TEXT NOT NULL,
      low REAL NOT NULL,
      high REAL,
      UNIQUE (comparisonID, taskID, figure)
    ) STRICT;
    CREATE TABLE concentration (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      measure TEXT NOT NULL,
      percent INTEGER NOT NULL,
      shareLow REAL NOT NULL,
      shareHigh REAL,
      UNIQUE (comparisonID, taskID, measure, percent)
    ) STRICT;
    CREATE TABLE summary (
      id INTEGER PRIMARY KEY,
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      sequences INTEGER NOT NULL,
      prompts INTEGER NOT NULL,
      positions INTEGER NOT NULL,
      masked INTEGER NOT NULL,
      missing INTEGER NOT NULL,
      faulty INTEGER NOT NULL,
      infinite INTEGER NOT NULL,
      infiniteReferenceTuned INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE summaryFigure (
      summaryID INTEGER NOT NULL REFERENCES summary (id),
      \(estimateColumns)
      PRIMARY KEY (summaryID, weighting, figure)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE contrast (
      id INTEGER PRIMARY KEY,
      firstID INTEGER NOT NULL REFERENCES comparison (id),
      secondID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      prompts INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE contrastFigure (
      contrastID INTEGER NOT NULL REFERENCES contrast (id),
      \(estimateColumns)
      PRIMARY KEY (contrastID, weighting, figure)
    ) STRICT, WITHOUT ROWID;
    """
}

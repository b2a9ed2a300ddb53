extension Schema {
  /// What a person asks for, counted once when the last sequence is in. A null task is all tasks together.
  static let tallyTables = """
    CREATE TABLE emittedToken (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      tokenID INTEGER NOT NULL,
      \(emittedSums)
      rankShifts BLOB NOT NULL,
      PRIMARY KEY (comparisonID, taskID, tokenID)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE emittedTokenTotal (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      tokenID INTEGER NOT NULL,
      \(emittedSums)
      PRIMARY KEY (comparisonID, tokenID)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE emittedKind (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      grouping TEXT NOT NULL CHECK (grouping IN ('category', 'wordKind')),
      name TEXT NOT NULL,
      \(emittedSums)
      rankShifts BLOB NOT NULL,
      UNIQUE (comparisonID, taskID, grouping, name)
    ) STRICT;
    CREATE TABLE promptToken (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      prompt TEXT NOT NULL,
      tokens BLOB NOT NULL,
      PRIMARY KEY (comparisonID, taskID, prompt)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE predictedToken (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      tokenID INTEGER NOT NULL,
      klShareMean REAL NOT NULL,
      movedMassMean REAL NOT NULL,
      PRIMARY KEY (comparisonID, taskID, tokenID)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE predictedTokenTotal (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      tokenID INTEGER NOT NULL,
      klShareMean REAL NOT NULL,
      movedMassMean REAL NOT NULL,
      PRIMARY KEY (comparisonID, tokenID)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE extreme (
      metric TEXT NOT NULL,
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      place INTEGER NOT NULL,
      measurementID INTEGER NOT NULL,
      position INTEGER NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (comparisonID, taskID, metric, place),
      FOREIGN KEY (measurementID, position) REFERENCES position (measurementID, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE profile (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      scale TEXT NOT NULL CHECK (scale IN ('absolute', 'relative')),
      bin INTEGER NOT NULL,
      \(shiftSums)
      jensenShannonCount INTEGER NOT NULL,
      jensenShannonSumLow REAL NOT NULL,
      jensenShannonSumHigh REAL,
      PRIMARY KEY (comparisonID, taskID, scale, bin)
    ) STRICT, WITHOUT ROWID;
    """

  /// The sums of a token over the positions where it stands: those of ``EmittedTokenSums``.
  private static let emittedSums = """
    count INTEGER NOT NULL,
      unshifted INTEGER NOT NULL,
      marginal INTEGER NOT NULL,
      shifted INTEGER NOT NULL,
      rankShiftCount INTEGER NOT NULL,
      rankShiftSum INTEGER NOT NULL,
      logprobShiftCount INTEGER NOT NULL,
      logprobShiftSum REAL NOT NULL,
      klTunedReferenceCount INTEGER NOT NULL,
      klTunedReferenceSumLow REAL NOT NULL,
      klTunedReferenceSumHigh REAL,
    """
}

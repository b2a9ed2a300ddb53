extension Schema {
  /// What `positions` tells beside the profile, counted once when the last sequence is in. A null task is all tasks.
  static let slicingTables = """
    CREATE TABLE band (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      scale TEXT NOT NULL CHECK (scale IN ('absolute', 'relative')),
      start INTEGER NOT NULL,
      measure TEXT NOT NULL,
      intervalLow REAL NOT NULL,
      intervalHigh REAL NOT NULL,
      UNIQUE (comparisonID, taskID, scale, start, measure)
    ) STRICT;
    CREATE TABLE rankCount (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      referenceBin INTEGER NOT NULL,
      tunedBin INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (comparisonID, taskID, referenceBin, tunedBin)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE firstDivergence (
      measurementID INTEGER PRIMARY KEY REFERENCES measurement (id),
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER NOT NULL REFERENCES task (id),
      shifted INTEGER,
      isShiftedKnown INTEGER NOT NULL CHECK (isShiftedKnown IN (0, 1)),
      otherTop INTEGER,
      isOtherTopKnown INTEGER NOT NULL CHECK (isOtherTopKnown IN (0, 1))
    ) STRICT;
    CREATE TABLE slice (
      comparisonID INTEGER NOT NULL REFERENCES comparison (id),
      taskID INTEGER REFERENCES task (id),
      kind TEXT NOT NULL CHECK (kind IN ('entropy', 'confidence')),
      place INTEGER NOT NULL,
      start REAL NOT NULL,
      "end" REAL NOT NULL,
      undecided INTEGER NOT NULL,
      \(shiftSums)
      UNIQUE (comparisonID, taskID, kind, place)
    ) STRICT;
    """

  /// The sums of a stretch or slice of positions: those of ``ShiftTotals``.
  static let shiftSums = """
    count INTEGER NOT NULL,
      shifted INTEGER NOT NULL,
      rankedCount INTEGER NOT NULL,
      rankShiftCount INTEGER NOT NULL,
      rankShiftSum INTEGER NOT NULL,
      klTunedReferenceCount INTEGER NOT NULL,
      klTunedReferenceSumLow REAL NOT NULL,
      klTunedReferenceSumHigh REAL,
    """
}

import GRDB

extension ShiftIndex {
  /// The means over the rows of a table of tallies, `emittedToken` or `profile`. The upper bound of the divergence is
  /// null as soon as one row has none.
  static let tallyMeans = """
    sum(rankShiftSum) * 1.0 / nullif(sum(rankShiftCount), 0) AS rankShiftMean,
    sum(klTunedReferenceSumLow) / nullif(sum(klTunedReferenceCount), 0) AS klLow,
    CASE WHEN count(*) = count(klTunedReferenceSumHigh)
         THEN sum(klTunedReferenceSumHigh) / nullif(sum(klTunedReferenceCount), 0) END AS klHigh
    """

  /// How every vocabulary token fared where it stands in the text of these comparisons, by rising id.
  ///
  /// - Parameter task: One task, or nil for all.
  public func emittedDrift(in comparisons: [Comparison], task: String?) throws -> [EmittedDrift] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "emittedToken", database)
      return try Row.fetchAll(
        database,
        sql: """
          SELECT tokenID, token.text AS text, sum(count) AS count,
            sum(unshifted) AS unshifted, sum(marginal) AS marginal, sum(shifted) AS shifted,
            sum(logprobShiftSum) / nullif(sum(logprobShiftCount), 0) AS logprobShiftMean,
            \(Self.tallyMeans)
          FROM emittedToken LEFT JOIN token ON token.id = tokenID
          WHERE \(filter)
          GROUP BY tokenID ORDER BY tokenID
          """
      ).map(EmittedDrift.init)
    }
  }

  /// The same tokens under two tuned models, by rising id; a token that only one of them wrote is there too.
  public func contrast(
    _ first: [Comparison], _ second: [Comparison], task: String?
  ) throws -> [TokenContrast] {
    let first = try emittedDrift(in: first, task: task)
    let second = try emittedDrift(in: second, task: task)
    var contrasts: [Int: TokenContrast] = [:]
    for drift in first {
      contrasts[drift.tokenID] = TokenContrast(tokenID: drift.tokenID, text: drift.text, first: drift)
    }
    for drift in second {
      contrasts[drift.tokenID, default: TokenContrast(tokenID: drift.tokenID, text: drift.text)].second =
        drift
    }
    return contrasts.values.sorted { $0.tokenID < $1.tokenID }
  }

  /// How probability moved, token by token, by rising id. Empty where no trace was dense.
  ///
  /// Over several slices the means are weighted by positions.
  public func predictedDrift(in comparisons: [Comparison], task: String?) throws -> [PredictedDrift] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "predictedSum", database)
      return try Row.fetchAll(
        database,
        sql: """
          WITH slice AS (
            SELECT comparisonID, taskID, positions, positions + infinitePositions AS allPositions
            FROM predictedSum WHERE \(filter))
          SELECT tokenID, token.text AS text,
            sum(klShareMean * positions) / (SELECT sum(positions) FROM slice) AS share,
            sum(movedMassMean * allPositions) / (SELECT sum(allPositions) FROM slice) AS mass
          FROM slice JOIN predictedToken USING (comparisonID, taskID) LEFT JOIN token ON token.id = tokenID
          GROUP BY tokenID ORDER BY tokenID
          """
      ).map {
        PredictedDrift(
          tokenID: $0["tokenID"], text: $0["text"], klShareMean: $0["share"], movedMassMean: $0["mass"])
      }
    }
  }

  /// The condition that keeps the rows of these comparisons and this task in a table.
  func sliceFilter(
    _ comparisons: [Comparison], task: String?, of table: String, _ database: Database
  ) throws -> String {
    let ids = comparisons.map { String($0.id) }.joined(separator: ", ")
    let slice = "\(table).comparisonID IN (\(ids))"
    guard let task else { return slice }
    return "\(slice) AND \(table).taskID = \(try taskID(of: task, database))"
  }
}

extension EmittedDrift {
  fileprivate init(_ row: Row) {
    let unshifted: Int = row["unshifted"]
    let marginal: Int = row["marginal"]
    let shifted: Int = row["shifted"]
    let ranked = unshifted + marginal + shifted
    func share(_ part: Int) -> Double? { ranked > 0 ? Double(part) / Double(ranked) : nil }
    self.init(
      tokenID: row["tokenID"], text: row["text"], count: row["count"], unshiftedShare: share(unshifted),
      marginalShare: share(marginal), shiftedShare: share(shifted), rankShiftMean: row["rankShiftMean"],
      logprobShiftMean: row["logprobShiftMean"], klTunedReferenceMeanLow: row["klLow"],
      klTunedReferenceMeanHigh: row["klHigh"])
  }
}

extension TokenContrast {
  fileprivate init(tokenID: Int, text: String?, first: EmittedDrift? = nil) {
    self.init(tokenID: tokenID, text: text, first: first, second: nil)
  }
}

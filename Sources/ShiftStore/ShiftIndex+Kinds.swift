import GRDB

/// A column of the table `token` that sorts tokens into kinds.
public enum TokenKindColumn: String, CaseIterable, Sendable {
  /// ``TokenKind/category``.
  case category
  /// ``TokenKind/wordKind``.
  case wordKind

  /// The name that a token has in the column.
  public func name(_ kind: TokenKind) -> String {
    switch self {
    case .category: kind.category
    case .wordKind: kind.wordKind
    }
  }
}

/// What is summed over the tokens of a kind.
private struct KindTotals {
  var sums = EmittedTokenSums()
  var rankShifts = RankShiftHistogram()
}

extension ShiftIndex {
  /// How the kinds of tokens fared where they stand in the text of these comparisons, by name, with their medians.
  ///
  /// The kinds are those that the index was made with; of others ask ``emittedDrift(in:task:groups:)``. The id of a row is
  /// its place.
  public func emittedDrift(
    in comparisons: [Comparison], task: String?, by column: TokenKindColumn
  ) throws -> [(name: String, drift: EmittedDrift)] {
    var totals: [String: KindTotals] = [:]
    try reading { database in
      let taskID = try task.map { try self.taskID(of: $0, database) }
      // A comparison on one task has that one alone.
      let rows = try RowSelect(
        database,
        """
        SELECT name, \(EmittedTokenSums.columns), rankShifts FROM emittedKind
        WHERE comparisonID = ?1 AND grouping = '\(column.rawValue)' AND taskID IS \(taskID.map { "\($0)" } ?? """
        (SELECT taskID FROM emittedKind WHERE comparisonID = ?1 ORDER BY taskID LIMIT 1)
        """)
        """)
      for comparison in comparisons {
        try rows.forEach([comparison.id]) {
          totals[rows.text(0), default: KindTotals()].sums += EmittedTokenSums(rows)
          rows.withBytes(12) { totals[rows.text(0)]?.rankShifts.add($0) }
        }
      }
    }
    return totals.sorted { $0.key < $1.key }.enumerated().map { place, kind in
      var drift = kind.value.sums.drift(of: place)
      drift.rankShiftMedian = kind.value.rankShifts.median
      return (kind.key, drift)
    }
  }

  /// Adds up the tokens of each kind, task by task and over all tasks where there are several; part of
  /// ``finish(threads:)``.
  func countKinds(_ database: Database) throws {
    try database.execute(sql: "DELETE FROM emittedKind")
    var kinds: [Int: TokenKind] = [:]
    let tokens = try RowSelect(
      database,
      "SELECT id, category, wordKind FROM token WHERE id IN (SELECT tokenID FROM emittedToken)")
    try tokens.forEach {
      kinds[tokens.integer(0)] = TokenKind(category: tokens.text(1), wordKind: tokens.text(2))
    }
    let slices = try Row.fetchAll(
      database, sql: "SELECT DISTINCT comparisonID, taskID FROM emittedToken ORDER BY comparisonID, taskID"
    ).map { try TallySlice(comparisonID: $0.value(0), taskID: $0.value(1)) }
    for comparison in slices.map(\.comparisonID).uniqued {
      let own = slices.filter { $0.comparisonID == comparison }
      var wholes: [TokenKindColumn: [String: KindTotals]] = [:]
      for slice in own {
        let totals = try kindTotals(slice, kinds, database)
        try insert(totals, slice, database)
        for (column, kinds) in totals {
          wholes[column, default: [:]].merge(kinds) { whole, kind in
            var whole = whole
            whole.sums += kind.sums
            whole.rankShifts.add(kind.rankShifts)
            return whole
          }
        }
      }
      if own.count > 1 { try insert(wholes, TallySlice(comparisonID: comparison, taskID: nil), database) }
    }
  }

  private func kindTotals(
    _ slice: TallySlice, _ kinds: [Int: TokenKind], _ database: Database
  ) throws -> [TokenKindColumn: [String: KindTotals]] {
    var totals: [TokenKindColumn: [String: KindTotals]] = [:]
    let rows = try RowSelect(
      database,
      """
      SELECT tokenID, \(EmittedTokenSums.columns), rankShifts FROM emittedToken
      WHERE comparisonID = ? AND taskID = ? ORDER BY tokenID
      """)
    try rows.forEach([slice.comparisonID, slice.taskID ?? 0]) {
      guard let kind = kinds[rows.integer(0)] else { return }
      for column in TokenKindColumn.allCases {
        totals[column, default: [:]][column.name(kind), default: KindTotals()].sums += EmittedTokenSums(rows)
        rows.withBytes(12) { totals[column]?[column.name(kind)]?.rankShifts.add($0) }
      }
    }
    return totals
  }

  private func insert(
    _ totals: [TokenKindColumn: [String: KindTotals]], _ slice: TallySlice, _ database: Database
  ) throws {
    let rows = try RowHandIn(database, into: "emittedKind", columns: 16)
    for column in TokenKindColumn.allCases {
      try rows.insert((totals[column] ?? [:]).sorted { $0.key < $1.key }) { named, row in
        row.put(slice)
        row.put(column.rawValue)
        row.put(named.key)
        named.value.sums.put(into: &row)
        row.put(named.value.rankShifts.encoded)
      }
    }
  }
}

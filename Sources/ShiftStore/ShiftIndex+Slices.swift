import GRDB
import Statistics

extension ShiftIndex {
  /// The shift over positions that are alike, slice by slice.
  public func slices(
    by kind: SliceKind, in comparisons: [Comparison], task: String?
  ) throws -> [SliceRow] {
    try reading { database in
      let taskID = try task.map { try self.taskID(of: $0, database) }
      return try comparisons.flatMap { comparison in
        // A null task comes first where there is one; a comparison on one task has that one alone.
        try Row.fetchAll(
          database,
          sql: """
            SELECT *, shifted * 1.0 / nullif(rankedCount, 0) AS shiftedShare,
              rankShiftSum * 1.0 / nullif(rankShiftCount, 0) AS rankShiftMean,
              klTunedReferenceSumLow / nullif(klTunedReferenceCount, 0) AS klLow,
              klTunedReferenceSumHigh / nullif(klTunedReferenceCount, 0) AS klHigh
            FROM slice
            WHERE comparisonID = ?1 AND kind = ?2 AND taskID IS coalesce(?3, (
              SELECT taskID FROM slice WHERE comparisonID = ?1 AND kind = ?2 ORDER BY taskID LIMIT 1))
            ORDER BY place
            """, arguments: [comparison.id, kind.rawValue, taskID]
        ).map { try SliceRow($0, comparison) }
      }
    }
  }

  /// The emitted token's rank in the reference against its rank in the tuned model, in the bins of ``RankBin``.
  public func rankCounts(in comparisons: [Comparison], task: String?) throws -> [RankCountRow] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "rankCount", database)
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT comparisonID, referenceBin, tunedBin, sum(count) AS count FROM rankCount WHERE \(filter)
          GROUP BY comparisonID, referenceBin, tunedBin
          """)
      return try comparisons.flatMap { comparison in
        try RankBin.allCases.map { reference in
          let own = try rows.filter {
            try $0.value("comparisonID") == comparison.id && $0.value("referenceBin") == reference.rawValue
          }
          return RankCountRow(
            comparison: comparison, reference: reference,
            counts: try RankBin.allCases.map { tuned in
              try own.first { try $0.value("tunedBin") == tuned.rawValue }?.value("count") ?? 0
            })
        }
      }
    }
  }

  /// Where responses first leave what the reference would have said.
  public func firstDivergences(
    in comparisons: [Comparison], task: String?
  ) throws -> [FirstDivergenceRow] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "firstDivergence", database)
      return try comparisons.flatMap { comparison in
        try FirstDivergenceRow.Event.allCases.compactMap { event in
          let (places, undecided) =
            try event.knownColumn.map {
              try Self.firstPlaces(event.rawValue, known: $0, filter, comparison, database)
            } ?? (textDivergences(of: comparison, task: task, database), 0)
          guard places.count + undecided > 0 else { return nil }
          let found = places.compactMap { $0.map(Double.init) }.sorted()
          return FirstDivergenceRow(
            comparison: comparison, event: event, sequences: places.count + undecided, undecided: undecided,
            neverShare: places.isEmpty ? nil : Double(places.count - found.count) / Double(places.count),
            quartiles: [0.25, 0.5, 0.75].compactMap { quantile($0, ofSorted: found) })
        }
      }
    }
  }

  /// Where an event comes first in each response of which that is known, and how many others there are.
  private static func firstPlaces(
    _ column: String, known: String, _ filter: String, _ comparison: Comparison, _ database: Database
  ) throws -> (places: [Int?], undecided: Int) {
    let rows = try Row.fetchAll(
      database, sql: "SELECT \(column), \(known) FROM firstDivergence WHERE \(filter) AND comparisonID = ?",
      arguments: [comparison.id])
    let known = try rows.filter { try $0.value(1) }
    return (try known.map { try $0.value(0) }, rows.count - known.count)
  }

  /// How much of the shift lies in the first and in the last tenth of the responses.
  public func responseEnds(in comparisons: [Comparison], task: String?) throws -> [ResponseEndRow] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "profile", database)
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT comparisonID, min(9, bin / 10) AS tenth, sum(count) AS count, sum(shifted) AS shifted,
            \(Self.tallyBounds(of: "klTunedReference", as: "kl")),
            \(Self.tallyBounds(of: "jensenShannon", as: "js"))
          FROM profile WHERE scale = 'relative' AND \(filter) GROUP BY comparisonID, tenth
          """)
      return try comparisons.flatMap { comparison in
        let own = try rows.filter { try $0.value("comparisonID") == comparison.id }
        return try [true, false].compactMap { isStart in
          try own.first { try $0.value("tenth") == (isStart ? 0 : 9) }.map {
            try ResponseEndRow($0, of: own, comparison, isStart)
          }
        }
      }
    }
  }
}

extension SliceRow {
  fileprivate init(_ row: Row, _ comparison: Comparison) throws {
    try self.init(
      comparison: comparison, place: row.value("place"), start: row.value("start"), end: row.value("end"),
      count: row.value("count"),
      undecided: row.value("undecided"), shiftedShare: row.value("shiftedShare"),
      rankShiftMean: row.value("rankShiftMean"),
      klTunedReferenceMeanLow: row.value("klLow"), klTunedReferenceMeanHigh: row.value("klHigh"))
  }
}

extension FirstDivergenceRow.Event {
  /// The column that says whether the place is known; nil for texts, of which it always is.
  fileprivate var knownColumn: String? {
    switch self {
    case .shifted: "isShiftedKnown"
    case .otherTop: "isOtherTopKnown"
    case .ownText: nil
    }
  }
}

extension ResponseEndRow {
  fileprivate init(_ row: Row, of rows: [Row], _ comparison: Comparison, _ isStart: Bool) throws {
    func sum(_ name: String, of rows: [Row]) throws -> Double? {
      try rows.reduce(0) { sum, row in
        try sum.flatMap { sum in try (row.value(name) as Double?).map { sum + $0 } }
      }
    }
    func part(_ name: String) throws -> Double? {
      guard let all = try sum(name, of: rows), all > 0 else { return nil }
      return try sum(name, of: [row]).map { $0 / all }
    }
    let others = try rows.filter { try $0.value("tenth") as Int != row.value("tenth") as Int }
    // The end holds least where it is least and the rest is largest.
    func share(_ name: String) throws -> ClosedRange<Double>? {
      guard let low = try sum(name + "Low", of: [row]), let high = try sum(name + "High", of: [row]),
        let least = try sum(name + "Low", of: others), let most = try sum(name + "High", of: others),
        high + least > 0, low + most > 0
      else { return nil }
      return low / (low + most)...max(low / (low + most), high / (high + least))
    }
    try self.init(
      comparison: comparison, isStart: isStart, positionShare: part("count") ?? 0,
      shiftedShare: part("shifted"),
      klTunedReferenceShare: share("kl"), jensenShannonShare: share("js"))
  }
}

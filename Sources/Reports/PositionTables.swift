public import Measures
public import Tokenization

/// What the notes below positions count.
public struct PositionCounts: Sendable {
  /// Positions at which a rank of the emitted token is not known.
  var unranked = 0
  /// Positions at which its class is not known either.
  var unclassed = 0
  /// What storage can have done where that is known.
  var storageErrors: [StorageError] = []

  /// Nothing counted yet.
  public init() {}

  /// Counts these positions, and what storage can have done to them.
  public mutating func add(_ measures: [PositionMeasures], _ storageErrors: [StorageError?]) {
    unranked += measures.count { $0.rankShift == nil }
    unclassed += measures.count { $0.shiftClass == nil }
    self.storageErrors += storageErrors.compactMap { $0 }
  }
}

extension Table {
  /// One row a position: the flat record, field by field.
  ///
  /// - Parameters:
  ///   - records: The sequence's name, nil where the file gives none, and its positions.
  ///   - text: How a token is shown; nil where there is no vocabulary.
  ///   - excluded: The positions left out.
  ///   - storageErrors: What storage can have done to each record; empty where that is not known.
  public static func positions(
    _ records: [(sequence: String?, measures: PositionMeasures)], text: (TokenID) -> String?,
    excluded: Exclusions, storageErrors: [StorageError?] = []
  ) -> Table {
    var counts = PositionCounts()
    counts.add(records.map(\.measures), storageErrors)
    var table = positionRows(records, text: text, storageErrors: storageErrors)
    table.conclude(SequenceSums(records.map(\.measures)), counts, excluded)
    return table
  }

  /// The rows of some positions alone, without what can be said only of all of them.
  public static func positionRows(
    _ records: [(sequence: String?, measures: PositionMeasures)], text: (TokenID) -> String?,
    storageErrors: [StorageError?] = []
  ) -> Table {
    let showsSequence = Set(records.map(\.sequence)).count > 1
    var table = Table(
      name: "positions",
      columns: RecordColumns.columns(
        titled: [
          "position": "position", "tokenID": "id", "token": "token", "klTunedReference": "KL(tuned‖ref)",
          "klReferenceTuned": "KL(ref‖tuned)", "jensenShannon": "JS", "totalVariation": "TV",
          "rankReference": "rank ref", "rankTuned": "rank tuned", "rankShift": "shift", "shiftClass": "class",
        ].merging(showsSequence ? ["sequence": "sequence"] : [:]) { $1 }),
      rows: records.map {
        RecordColumns.cells(sequence: $0.sequence, token: text($0.measures.tokenID), $0.measures)
      })
    if storageErrors.contains(where: { $0 != nil }) { table.add(storageErrors) }
    return table
  }

  /// A table of positions whose rows are elsewhere, with what is said of all of them.
  public static func positionHead(
    _ sums: SequenceSums, _ counts: PositionCounts, _ excluded: Exclusions
  ) -> Table {
    var table = positionRows([], text: { _ in nil })
    if !counts.storageErrors.isEmpty { table.add([]) }
    table.conclude(sums, counts, excluded)
    return table
  }

  private mutating func conclude(_ sums: SequenceSums, _ counts: PositionCounts, _ excluded: Exclusions) {
    summary = Self.means(sums) + Self.counts(excluded)
    if !counts.storageErrors.isEmpty { conclude(counts.storageErrors, of: sums.positions) }
    notes += Self.rankNotes(
      unranked: counts.unranked, unclassed: counts.unclassed, of: sums.positions)
  }

  /// What lists that do not hold the token keep from a mean rank shift and from the shares of the classes.
  ///
  /// - Parameters:
  ///   - unranked: Positions at which a rank of the emitted token is not known.
  ///   - unclassed: Positions at which its class is not known either.
  ///   - positions: All positions.
  public static func rankNotes(unranked: Int, unclassed: Int, of positions: Int) -> [String] {
    guard unranked > 0 else { return [] }
    let classes =
      unclassed > 0
      ? "the classes leave out \(unclassed), where it may be any rank from the list's length on"
      : "the classes count them, because it is surely above 3"
    return [
      """
      At \(unranked) of \(positions) positions a rank is not known, where a list does not hold the token: means of rank \
      shift leave them out, and can be far too small; \(classes).
      """
    ]
  }

  /// Means over all positions, each position counting the same.
  private static func means(_ sums: SequenceSums) -> [(column: Column, cell: Cell)] {
    func mean(_ sum: FigureSum) -> Cell { sum.mean.map { .figure($0) } ?? .missing }
    func mean(_ sum: Double, over count: Int) -> Cell {
      count > 0 ? .signedReal(sum / Double(count)) : .missing
    }
    func share(_ count: Int, of total: Int) -> Cell {
      total > 0 ? .share(Double(count) / Double(total)) : .missing
    }
    let ranked = sums.unshifted + sums.marginal + sums.shifted
    return [
      (Column("positions", title: "positions"), .integer(sums.positions)),
      infinite("klTunedReference", "KL(tuned‖ref)", sums.klTunedReference),
      infinite("klReferenceTuned", "KL(ref‖tuned)", sums.klReferenceTuned),
      (Column("klTunedReference", title: "KL(tuned‖reference), mean by token"), mean(sums.klTunedReference)),
      (Column("klReferenceTuned", title: "KL(reference‖tuned), mean by token"), mean(sums.klReferenceTuned)),
      (Column("jensenShannon", title: "JS, mean by token"), mean(sums.jensenShannon)),
      (Column("totalVariation", title: "TV, mean by token"), mean(sums.totalVariation)),
      (Column("entropyReference", title: nil), mean(sums.entropyReference)),
      (Column("entropyTuned", title: nil), mean(sums.entropyTuned)),
      (
        Column("rankShift", title: "rank shift, mean by token"),
        mean(Double(sums.rankShift), over: sums.rankShiftCount)
      ),
      (
        Column("logprobShift", title: "Δ logprob, mean by token"),
        mean(sums.logprobShift, over: sums.logprobShiftCount)
      ),
      (Column("unshifted", title: "unshifted"), share(sums.unshifted, of: ranked)),
      (Column("marginal", title: "marginal"), share(sums.marginal, of: ranked)),
      (Column("shifted", title: "shifted"), share(sums.shifted, of: ranked)),
      (Column("topAgreement", title: "same top"), sameTop(sums)),
    ]
  }

  /// Positions that do not tell may all have the same first choice, or none of them.
  private static func sameTop(_ sums: SequenceSums) -> Cell {
    guard sums.positions > 0 else { return .missing }
    let count = Double(sums.positions)
    let least = Double(sums.topAgreement) / count
    guard sums.topUnknown > 0 else { return .share(least) }
    return .figure(.between(low: least, high: Double(sums.topAgreement + sums.topUnknown) / count))
  }

  private static func infinite(
    _ field: String, _ title: String, _ sum: FigureSum
  ) -> (column: Column, cell: Cell) {
    let shown = sum.infinite > 0 ? "with infinite \(title), not in its mean" : nil
    return (Column(field + "Infinite", title: shown), .integer(sum.infinite))
  }

  private static func counts(_ excluded: Exclusions) -> [(column: Column, cell: Cell)] {
    [("masked", excluded.masked), ("missing", excluded.missing), ("faulty", excluded.faulty.count)].map {
      (Column($0, title: $1 > 0 ? "left out, \($0)" : nil), .integer($1))
    }
  }
}

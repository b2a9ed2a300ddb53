public import Measures
public import Tokenization

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
    let showsSequence = Set(records.map(\.sequence)).count > 1
    var table = Table(
      name: "positions",
      columns: [
        Column("sequence", title: showsSequence ? "sequence" : nil), Column("position", title: "position"),
        Column("tokenID", title: "id"), Column("token", title: "token"),
        Column("klTunedReference", title: "KL(tuned‖ref)"),
        Column("klReferenceTuned", title: "KL(ref‖tuned)"),
        Column("jensenShannon", title: "JS"), Column("totalVariation", title: "TV"),
        Column("entropyReference", title: nil), Column("entropyTuned", title: nil),
        Column("logprobReference", title: nil), Column("logprobTuned", title: nil),
        Column("logprobShift", title: nil),
        Column("rankReference", title: "rank ref"), Column("rankReferenceLow", title: nil),
        Column("rankTuned", title: "rank tuned"),
        Column("rankShift", title: "shift"), Column("shiftClass", title: "class"),
        Column("topReference", title: nil), Column("topTuned", title: nil),
        Column("coverageReference", title: nil), Column("coverageTuned", title: nil),
      ],
      rows: records.map { row(sequence: $0.sequence, $0.measures, text: text) })
    table.summary = means(SequenceSums(records.map(\.measures))) + counts(excluded)
    table.add(storageErrors)
    table.notes += rankNotes(
      unranked: records.count { $0.measures.rankShift == nil },
      unclassed: records.count { $0.measures.shiftClass == nil }, of: records.count)
    return table
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
      (
        Column("infinite", title: sums.klTunedReference.infinite > 0 ? "with infinite KL, in no mean" : nil),
        .integer(sums.klTunedReference.infinite)
      ),
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
      (Column("topAgreement", title: "same top"), share(sums.topAgreement, of: sums.positions)),
    ]
  }

  private static func counts(_ excluded: Exclusions) -> [(column: Column, cell: Cell)] {
    [("masked", excluded.masked), ("missing", excluded.missing), ("faulty", excluded.faulty.count)].map {
      (Column($0, title: $1 > 0 ? "left out, \($0)" : nil), .integer($1))
    }
  }

  private static func row(
    sequence: String?, _ measures: PositionMeasures, text: (TokenID) -> String?
  ) -> [Cell] {
    let divergences = measures.divergences
    return [
      sequence.map { .text($0) } ?? .missing, .integer(measures.position),
      .integer(Int(measures.tokenID.rawValue)), text(measures.tokenID).map { .text($0) } ?? .missing,
      .figure(divergences.klTunedReference), .figure(divergences.klReferenceTuned),
      .figure(divergences.jensenShannon), .figure(divergences.totalVariation),
      .figure(divergences.entropyReference), .figure(divergences.entropyTuned),
      measures.logprobReference.map { .real($0) } ?? .missing,
      measures.logprobTuned.map { .real($0) } ?? .missing,
      measures.logprobShift.map { .real($0) } ?? .missing,
      measures.rankReference.map { .integer($0) } ?? .missing,
      measures.rankReferenceLow.map { .integer($0) } ?? .missing,
      measures.rankTuned.map { .integer($0) } ?? .missing,
      measures.rankShift.map { .signedInteger($0) } ?? .missing,
      measures.shiftClass.map { .text($0.rawValue) } ?? .missing,
      .integer(Int(measures.topReference.rawValue)), .integer(Int(measures.topTuned.rawValue)),
      .real(measures.coverageReference), .real(measures.coverageTuned),
    ]
  }
}

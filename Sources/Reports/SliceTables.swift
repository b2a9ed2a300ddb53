import Measures
public import ShiftStore
import Statistics

extension Table {
  /// The shift over positions that are alike, slice by slice.
  public static func slices(_ rows: [SliceRow], by kind: SliceKind, notes: [String]) -> Table {
    let isEntropy = kind == .entropy
    return Table(
      name: isEntropy ? "entropySlices" : "confidenceSlices",
      columns: [
        Column("model", title: "model"), Column("source", title: "on text of"), Column("place", title: nil),
        Column("start", title: nil), Column("end", title: nil),
        Column("slice", title: isEntropy ? "reference entropy" : "reference probability"),
        Column("count", title: "count"),
        Column("undecided", title: rows.contains { $0.undecided > 0 } ? "undecided" : nil),
        Column("klTunedReferenceMean", title: "KL(tuned‖reference)"),
        Column("rankShiftMean", title: "rank shift"), Column("shiftedShare", title: "shifted"),
      ],
      rows: rows.map { row in
        [
          .text(row.comparison.tuned), .text(row.comparison.source), .integer(row.place), .real(row.start),
          .real(row.end),
          .text(
            isEntropy
              ? "\(Numerals.quantity(row.start)) … \(Numerals.quantity(row.end))"
              : "\(Numerals.percent(row.start)) … \(Numerals.percent(row.end))"),
          .integer(row.count), .integer(row.undecided),
          .mean(low: row.klTunedReferenceMeanLow, high: row.klTunedReferenceMeanHigh),
          row.rankShiftMean.map { .signedReal($0) } ?? .missing,
          row.shiftedShare.map { .share($0) } ?? .missing,
        ]
      }, notes: notes)
  }

  /// The emitted token's rank in the reference, row by row, against its rank in the tuned model.
  public static func rankCounts(_ rows: [RankCountRow], notes: [String]) -> Table {
    let bins = RankBin.allCases
    return Table(
      name: "rankCounts",
      columns: [
        Column("model", title: "model"), Column("source", title: "on text of"),
        Column("rankReference", title: "reference rank"),
      ]
        + bins.map {
          Column("tuned" + Self.field($0), title: $0 == .first ? "tuned rank 1" : $0.words)
        },
      rows: rows.map { row in
        [
          .text(row.comparison.tuned), .text(row.comparison.source), .text(row.reference.words),
        ] + row.counts.map { .integer($0) }
      }, notes: notes)
  }

  private static func field(_ bin: RankBin) -> String {
    switch bin {
    case .first: "Rank1"
    case .toTen: "Rank2To10"
    case .toHundred: "Rank11To100"
    case .toThousand: "Rank101To1000"
    case .beyond: "RankBeyond1000"
    }
  }

  /// Where responses first leave what the reference would have said.
  public static func firstDivergences(_ rows: [FirstDivergenceRow], notes: [String]) -> Table {
    func quartile(_ place: Int, _ row: FirstDivergenceRow) -> Cell {
      row.quartiles.count > place ? .real(row.quartiles[place]) : .missing
    }
    return Table(
      name: "firstDivergence",
      columns: [
        Column("model", title: "model"), Column("source", title: "on text of"),
        Column("event", title: "first"), Column("sequences", title: "sequences"),
        Column("undecided", title: rows.contains { $0.undecided > 0 } ? "undecided" : nil),
        Column("neverShare", title: "never"), Column("lowerQuartile", title: "lower quartile"),
        Column("median", title: "median"), Column("upperQuartile", title: "upper quartile"),
      ],
      rows: rows.map { row in
        [
          .text(row.comparison.tuned), .text(row.comparison.source), .text(row.event.rawValue),
          .integer(row.sequences), .integer(row.undecided), row.neverShare.map { .share($0) } ?? .missing,
          quartile(0, row), quartile(1, row), quartile(2, row),
        ]
      }, notes: notes)
  }

  /// How much of the shift lies at the ends of the responses.
  public static func responseEnds(_ rows: [ResponseEndRow], notes: [String]) -> Table {
    // Truncated traces have no upper bound of KL, and so no share of it.
    let lacksKL = rows.contains { $0.klTunedReferenceShare == nil }
    let hasKL = rows.contains { $0.klTunedReferenceShare != nil }
    return Table(
      name: "responseEnds",
      columns: [
        Column("model", title: "model"), Column("source", title: "on text of"),
        Column("end", title: "of each response"), Column("positionShare", title: "positions"),
        Column("shiftedShare", title: "of all shifted"),
        Column("klTunedReferenceShare", title: lacksKL && !hasKL ? nil : "of KL(tuned‖reference)"),
        Column("jensenShannonShare", title: lacksKL ? "of JS" : nil),
      ],
      rows: rows.map { row in
        [
          .text(row.comparison.tuned), .text(row.comparison.source),
          .text(row.isStart ? "first 10 %" : "last 10 %"), .share(row.positionShare),
          row.shiftedShare.map { .share($0) } ?? .missing,
          row.klTunedReferenceShare.map { .estimate(Self.bounds($0), shown: .share) } ?? .missing,
          row.jensenShannonShare.map { .estimate(Self.bounds($0), shown: .share) } ?? .missing,
        ]
      }, notes: notes)
  }

  private static func bounds(_ range: ClosedRange<Double>) -> Estimate {
    range.lowerBound == range.upperBound
      ? Estimate(.exact(.init(range.lowerBound)))
      : Estimate(.between(low: .init(range.lowerBound), high: .init(range.upperBound)))
  }
}

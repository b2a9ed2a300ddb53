import Measures
public import ShiftStore
import Statistics
import Tokenization

extension Table {
  /// The most shifted positions with the text around them.
  public static func top(
    _ positions: [ShiftedPosition], by metric: Metric, text: (Int) -> String?, notes: [String]
  ) -> Table {
    Table(
      name: "top",
      columns: [
        Column("model", title: "model"), Column("source", title: nil), Column("task", title: "task"),
      ]
        + RecordColumns.columns(titled: [
          "sequence": "sequence", "position": "position", "rankReference": "rank ref",
          "rankTuned": "rank tuned", metric.rawValue: metric.title,
        ]) + [
          Column("topReferenceText", title: "reference's choice"),
          Column("topTunedText", title: "tuned's choice"),
          Column("context", title: "text, with the token in ⟦ ⟧"),
        ],
      rows: positions.map { position in
        let measures = position.measures
        return [
          .text(position.comparison.tuned), .text(position.comparison.source), .text(position.task),
        ]
          + RecordColumns.cells(
            sequence: position.sequence, token: text(Int(measures.tokenID.rawValue)), measures) + [
            shown(measures.knownTopReference, text), shown(measures.knownTopTuned, text),
            .text(context(position, text)),
          ]
      },
      notes: notes)
  }

  private static func shown(_ token: TokenID?, _ text: (Int) -> String?) -> Cell {
    token.map { .text(text(Int($0.rawValue)) ?? "#\($0)") } ?? .missing
  }

  private static func context(_ position: ShiftedPosition, _ text: (Int) -> String?) -> String {
    func words(_ tokens: [Int]) -> String { tokens.map { text($0) ?? " #\($0)" }.joined() }
    let token = words([Int(position.measures.tokenID.rawValue)])
    return words(position.before) + "⟦" + token + "⟧" + words(position.after)
  }

  /// The shift along the response.
  public static func profile(
    _ rows: [ProfileRow], scale: ProfileScale, notes: [String]
  ) -> Table {
    let unit = scale == .relative ? " %" : ""
    // Truncated traces bound KL from below alone.
    let isBounded = rows.contains { $0.klTunedReferenceMeanHigh == nil }
    return Table(
      name: "positionProfile",
      columns: [
        Column("model", title: "model"), Column("source", title: "on text of"),
        Column("start", title: nil), Column("end", title: nil),
        Column("stretch", title: scale == .relative ? "part of the response" : "positions"),
        Column("count", title: "count"), Column("klTunedReferenceMean", title: "KL(tuned‖reference)"),
        Column("jensenShannonMean", title: isBounded ? "JS" : nil),
        Column("rankShiftMean", title: "rank shift"), Column("shiftedShare", title: "shifted"),
      ],
      rows: rows.map { row in
        let last = row.end - (scale == .relative ? 0 : 1)
        return [
          .text(row.comparison.tuned), .text(row.comparison.source), .integer(row.start), .integer(row.end),
          .text(last > row.start ? "\(row.start)–\(last)\(unit)" : "\(row.start)\(unit)"),
          .integer(row.count),
          banded(
            row.klTunedReferenceMeanLow, row.klTunedReferenceMeanHigh, row.bands["klTunedReference"],
            shown: .quantity),
          banded(
            row.jensenShannonMeanLow, row.jensenShannonMeanHigh, row.bands["jensenShannon"],
            shown: .quantity),
          banded(row.rankShiftMean, row.rankShiftMean, row.bands["rankShift"], shown: .signed),
          banded(row.shiftedShare, row.shiftedShare, row.bands["shiftedShare"], shown: .share),
        ]
      },
      notes: notes)
  }

  /// A mean or its bounds with the interval of the lower one.
  private static func banded(
    _ low: Double?, _ high: Double?, _ band: ClosedRange<Double>?, shown style: EstimateStyle
  ) -> Cell {
    guard let low else { return .missing }
    let mean = Estimate.Mean(low, interval: band)
    return .estimate(
      Estimate(low == high ? .exact(mean) : .between(low: mean, high: high.map { Estimate.Mean($0) })),
      shown: style)
  }
}

extension Metric {
  /// The heading of the metric's column.
  var title: String {
    switch self {
    case .klTunedReference: "KL(tuned‖reference)"
    case .klReferenceTuned: "KL(reference‖tuned)"
    case .jensenShannon: "JS"
    case .totalVariation: "TV"
    case .rankShift: "rank shift"
    case .logprobShift: "Δ logprob"
    }
  }
}

import Measures
public import ShiftStore

extension Table {
  /// How vocabulary tokens fared where they stand in the text.
  public static func emitted(_ rows: [EmittedDrift], notes: [String], isComplete: Bool) -> Table {
    Table(
      name: "tokens",
      columns: [Column("tokenID", title: "id"), Column("token", title: "token")]
        + EmittedDrift.columns(field: { $0 }, title: { $0 }),
      rows: rows.map {
        [.integer($0.tokenID), $0.text.map { .text($0) } ?? .missing] + EmittedDrift.cells($0)
      },
      notes: notes, isComplete: isComplete)
  }

  /// How probability moved onto or off vocabulary tokens.
  public static func predicted(_ rows: [PredictedDrift], notes: [String], isComplete: Bool) -> Table {
    Table(
      name: "tokens",
      columns: [
        Column("tokenID", title: "id"), Column("token", title: "token"),
        Column("klShare", title: "share of KL"), Column("movedMass", title: "moved mass"),
      ],
      rows: rows.map {
        [
          .integer($0.tokenID), $0.text.map { .text($0) } ?? .missing, .signedReal($0.klShareMean),
          .signedReal($0.movedMassMean),
        ]
      },
      notes: notes, isComplete: isComplete)
  }

  /// The same tokens under two tuned models, side by side.
  ///
  /// - Parameters:
  ///   - names: The two models, in the order of the columns.
  ///   - difference: What the rows are sorted by, second minus first; nil where one of them has none.
  public static func contrast(
    _ rows: [TokenContrast], names: (String, String), sortedBy measure: String,
    difference: (TokenContrast) -> Double?, notes: [String], isComplete: Bool
  ) -> Table {
    Table(
      name: "contrast",
      columns: [Column("tokenID", title: "id"), Column("token", title: "token")]
        + EmittedDrift.columns(field: { $0 + "A" }, title: { "\($0) \(names.0)" })
        + EmittedDrift.columns(field: { $0 + "B" }, title: { "\($0) \(names.1)" })
        + [Column("difference", title: "\(measure): \(names.1) − \(names.0)")],
      rows: rows.map { row in
        [.integer(row.tokenID), row.text.map { .text($0) } ?? .missing] + EmittedDrift.cells(row.first)
          + EmittedDrift.cells(row.second) + [difference(row).map { .signedReal($0) } ?? .missing]
      },
      notes: notes, isComplete: isComplete)
  }
}

extension EmittedDrift {
  /// The columns of one model; people see four of them, programs all.
  fileprivate static func columns(
    field: (String) -> String, title: (String) -> String
  ) -> [Table.Column] {
    [
      Table.Column(field("count"), title: title("count")),
      Table.Column(field("unshifted"), title: nil),
      Table.Column(field("marginal"), title: nil),
      Table.Column(field("shifted"), title: title("shifted")),
      Table.Column(field("rankShift"), title: title("rank shift")),
      Table.Column(field("logprobShift"), title: title("Δ logprob")),
      Table.Column(field("klTunedReference"), title: nil),
    ]
  }

  /// The cells of one model; nothing but a count of 0 for a token that it did not write.
  fileprivate static func cells(_ drift: EmittedDrift?) -> [Table.Cell] {
    guard let drift else { return [.integer(0)] + Array(repeating: .missing, count: 6) }
    return [
      .integer(drift.count),
      drift.unshiftedShare.map { .share($0) } ?? .missing,
      drift.marginalShare.map { .share($0) } ?? .missing,
      drift.shiftedShare.map { .share($0) } ?? .missing,
      drift.rankShiftMean.map { .signedReal($0) } ?? .missing,
      drift.logprobShiftMean.map { .signedReal($0) } ?? .missing,
      meanKL(drift),
    ]
  }

  private static func meanKL(_ drift: EmittedDrift) -> Table.Cell {
    guard let low = drift.klTunedReferenceMeanLow else { return .missing }
    if low == drift.klTunedReferenceMeanHigh { return .figure(.exact(low)) }
    return .figure(.between(low: low, high: drift.klTunedReferenceMeanHigh))
  }
}

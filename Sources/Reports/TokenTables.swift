import Measures
public import ShiftStore

extension Table {
  /// How vocabulary tokens fared where they stand in the text of one tuned model.
  ///
  /// - Parameter showsKL: Whether people see the column of divergences.
  public static func emitted(
    _ rows: [EmittedDrift], model: String, showsKL: Bool, notes: [String], isComplete: Bool
  ) -> Table {
    Table(
      name: "tokens",
      columns: [Column("model", title: nil)] + tokenColumns
        + EmittedDrift.columns(showsKL: showsKL, field: { $0 }, title: { $0 }),
      rows: rows.map { [.text(model)] + token($0.tokenID, $0.text) + EmittedDrift.cells($0) },
      notes: notes, isComplete: isComplete)
  }

  /// How probability moved onto or off vocabulary tokens under one tuned model.
  public static func predicted(
    _ rows: [PredictedDrift], model: String, notes: [String], isComplete: Bool
  ) -> Table {
    Table(
      name: "tokens",
      columns: [Column("model", title: nil)] + tokenColumns + [
        Column("klShareMean", title: "share of KL"), Column("movedMassMean", title: "moved mass"),
      ],
      rows: rows.map {
        [.text(model)] + token($0.tokenID, $0.text)
          + [.signedReal($0.klShareMean), .signedReal($0.movedMassMean)]
      },
      notes: notes, isComplete: isComplete)
  }

  /// The same tokens under two tuned models, side by side.
  ///
  /// - Parameters:
  ///   - names: The two models, in the order of the columns.
  ///   - measure: The name of what rows are sorted by.
  ///   - difference: Its value under the second model minus that under the first; nil where one of them has none.
  public static func contrast(
    _ rows: [TokenContrast], names: (String, String), sortedBy measure: String, showsKL: Bool,
    difference: (TokenContrast) -> Double?, notes: [String], isComplete: Bool
  ) -> Table {
    Table(
      name: "contrast",
      columns: [Column("modelA", title: nil), Column("modelB", title: nil)] + tokenColumns
        + EmittedDrift.columns(showsKL: showsKL, field: { $0 + "A" }, title: { "\($0) \(names.0)" })
        + EmittedDrift.columns(showsKL: showsKL, field: { $0 + "B" }, title: { "\($0) \(names.1)" })
        + [Column("difference", title: "\(measure): \(names.1) − \(names.0)")],
      rows: rows.map { row in
        [.text(names.0), .text(names.1)] + token(row.tokenID, row.text) + EmittedDrift.cells(row.first)
          + EmittedDrift.cells(row.second) + [difference(row).map { .signedReal($0) } ?? .missing]
      },
      notes: notes, isComplete: isComplete)
  }

  private static let tokenColumns = [Column("tokenID", title: "id"), Column("token", title: "token")]

  private static func token(_ id: Int, _ text: String?) -> [Cell] {
    [.integer(id), text.map { .text($0) } ?? .missing]
  }
}

extension EmittedDrift {
  /// The columns of one model; people see some of them, programs all.
  fileprivate static func columns(
    showsKL: Bool, field: (String) -> String, title: (String) -> String
  ) -> [Table.Column] {
    [
      Table.Column(field("count"), title: title("count")),
      Table.Column(field("unshiftedShare"), title: nil),
      Table.Column(field("marginalShare"), title: nil),
      Table.Column(field("shiftedShare"), title: title("shifted")),
      Table.Column(field("rankShiftMean"), title: title("rank shift")),
      Table.Column(field("logprobShiftMean"), title: title("Δ logprob")),
      Table.Column(field("klTunedReferenceMean"), title: showsKL ? title("KL") : nil),
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
      .mean(low: drift.klTunedReferenceMeanLow, high: drift.klTunedReferenceMeanHigh),
    ]
  }
}

extension Table.Cell {
  /// A mean known by its bounds; exact where they meet, missing where there is none.
  static func mean(low: Double?, high: Double?) -> Table.Cell {
    guard let low else { return .missing }
    return .figure(low == high ? .exact(low) : .between(low: low, high: high))
  }
}

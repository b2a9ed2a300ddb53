import Measures
public import ShiftStore
import Statistics

/// What a row of a token table is about.
public enum TokenSubject: Sendable {
  /// A vocabulary token.
  case token(id: Int, TokenLabel?)
  /// All tokens of a kind.
  case group(String)
}

extension Table {
  /// How vocabulary tokens, or groups of them, fared where they stand in the text of one tuned model.
  ///
  /// - Parameter showsKL: Whether people see the column of divergences.
  public static func emitted(
    _ rows: [(subject: TokenSubject, drift: EmittedDrift)], model: String, showsKL: Bool, notes: [String]
  ) -> Table {
    Table(
      name: "tokens",
      columns: [Column("model", title: nil)] + subjectColumns(rows.map(\.subject)) + [
        Column("count", title: "count"), Column("unshiftedShare", title: nil),
        Column("marginalShare", title: nil), Column("shiftedShare", title: "shifted"),
        Column("rankShiftMean", title: "rank shift"), Column("rankShiftMedian", title: "median"),
        Column("logprobShiftMean", title: "Δ logprob"),
        Column("klTunedReferenceMean", title: showsKL ? "KL" : nil),
      ],
      rows: rows.map { [.text(model)] + cells($0.subject) + $0.drift.cells },
      notes: notes)
  }

  /// How probability moved onto or off vocabulary tokens, or groups of them, under one tuned model.
  ///
  /// - Parameter unlisted: By how much a true moved mass can lie below and above that of a truncated trace. A direction is
  ///   told where it is the same over this range.
  public static func predicted(
    _ rows: [(subject: TokenSubject, drift: PredictedDrift)], model: String,
    unlisted: ClosedRange<Double> = 0...0, notes: [String]
  ) -> Table {
    Table(
      name: "tokens",
      columns: [Column("model", title: nil)] + subjectColumns(rows.map(\.subject)) + [
        Column("klShareMean", title: rows.contains { $0.drift.klShareMean != nil } ? "share of KL" : nil),
        Column("movedMassMean", title: "moved mass"),
        Column("direction", title: "direction"),
      ],
      rows: rows.map { row in
        [.text(model)] + cells(row.subject) + [
          row.drift.klShareMean.map { .signedReal($0) } ?? .missing, .signedReal(row.drift.movedMassMean),
          direction(of: row.drift.movedMassMean, unlisted),
        ]
      },
      notes: notes)
  }

  private static func direction(of movedMass: Double, _ unlisted: ClosedRange<Double>) -> Cell {
    if movedMass + unlisted.lowerBound > 0 { return .text("promoted") }
    return movedMass + unlisted.upperBound < 0 ? .text("suppressed") : .missing
  }

  /// The same tokens, or groups of them, under two tuned models.
  ///
  /// - Parameters:
  ///   - names: The two models, in the order of the columns. The effect is the first minus the second.
  ///   - measure: What is compared, as people read it.
  ///   - view: `emitted` or `predicted`.
  public static func contrast(
    _ rows: [(subject: TokenSubject, contrast: TokenContrast)], names: (String, String), measure: String,
    view: String, task: String?, notes: [String]
  ) -> Table {
    let isGrouped = rows.contains { if case .group = $0.subject { true } else { false } }
    return Table(
      name: "contrast",
      columns: [
        Column("tokenID", title: isGrouped ? nil : "id"), Column("token", title: isGrouped ? nil : "token"),
        Column("category", title: "category"), Column("view", title: nil), Column("task", title: nil),
        Column("countA", title: "count \(names.0)"), Column("countB", title: "count \(names.1)"),
        Column("valueA", title: "\(measure) \(names.0)"), Column("valueB", title: "\(measure) \(names.1)"),
        Column("effect", title: "\(names.0) − \(names.1)"), Column("effectLow", title: "from"),
        Column("effectHigh", title: "to"), Column("pValue", title: "p"), Column("qValue", title: "q"),
      ],
      rows: rows.map { subject, contrast in
        let result = contrast.result
        return cells(subject) + [
          .text(view), .text(task ?? "all"), .integer(contrast.firstCount),
          .integer(contrast.secondCount), .signedReal(result.first), .signedReal(result.second),
          .signedReal(result.effect), result.interval.map { .signedReal($0.low) } ?? .missing,
          result.interval.map { .signedReal($0.high) } ?? .missing,
          result.pValue.map { .real($0) } ?? .missing, result.qValue.map { .real($0) } ?? .missing,
        ]
      },
      notes: notes)
  }

  /// Id, token and category; people see what there is.
  private static func subjectColumns(_ subjects: [TokenSubject]) -> [Column] {
    let isGrouped = subjects.contains { if case .group = $0 { true } else { false } }
    return [
      Column("tokenID", title: isGrouped ? nil : "id"), Column("token", title: isGrouped ? nil : "token"),
      Column("category", title: isGrouped ? "category" : nil),
    ]
  }

  private static func cells(_ subject: TokenSubject) -> [Cell] {
    switch subject {
    case .token(let id, let label):
      [
        .integer(id), label.map { .text($0.text) } ?? .missing,
        label.map { .text($0.kind.category) } ?? .missing,
      ]
    case .group(let name): [.missing, .missing, .text(name)]
    }
  }
}

extension EmittedDrift {
  /// The cells from the count on.
  fileprivate var cells: [Table.Cell] {
    [
      .integer(count), unshiftedShare.map { .share($0) } ?? .missing,
      marginalShare.map { .share($0) } ?? .missing, shiftedShare.map { .share($0) } ?? .missing,
      rankShiftMean.map { .signedReal($0) } ?? .missing,
      rankShiftMedian.map { .signedReal($0) } ?? .missing,
      logprobShiftMean.map { .signedReal($0) } ?? .missing,
      .mean(low: klTunedReferenceMeanLow, high: klTunedReferenceMeanHigh),
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

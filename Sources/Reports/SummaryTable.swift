public import ShiftStore
import Statistics

extension Table {
  /// The headline table: one row a comparison and task.
  ///
  /// - Parameters:
  ///   - confidence: The level of the intervals, 0 … 1.
  ///   - notes: Sentences to add below.
  public static func summary(
    _ rows: [SummaryRow], weighting: Weighting, confidence: Double, notes: [String], isComplete: Bool
  ) -> Table {
    let columns = SummaryColumn.all(showsSource: !rows.allSatisfy(\.comparison.isOwnText))
    let means = "Means by \(weighting.rawValue); divergences in nats."
    let brackets = """
      Brackets hold \(Numerals.percent(confidence)) intervals of a bootstrap clustered by prompt\(
        rows.contains(where: \.isBounded) ? "; after ≥, the interval is the bound's." : ".")
      """
    let words = [
      "rank shift = reference rank − tuned rank of the token in the text; shifted = reference rank above 3;",
      "same top = both models have the same first choice.",
    ]
    let bounds = "≥ is a bound: truncated traces hold only the most probable tokens."
    return Table(
      name: "summary", columns: columns.map(\.column), rows: rows.map { row in columns.map { $0.cell(row) } },
      notes: [means, brackets] + words + (rows.contains(where: \.isLowerBounded) ? [bounds] : []) + notes,
      isComplete: isComplete)
  }
}

extension SummaryRow {
  fileprivate var isBounded: Bool {
    guard case .between = klTunedReference?.knowledge else { return false }
    return true
  }

  fileprivate var isLowerBounded: Bool {
    guard case .between(_, nil) = klTunedReference?.knowledge else { return false }
    return true
  }
}

/// A column of the headline table and how a row fills it.
private struct SummaryColumn {
  let column: Table.Column
  let cell: (SummaryRow) -> Table.Cell

  init(_ field: String, _ title: String?, _ cell: @escaping (SummaryRow) -> Table.Cell) {
    column = Table.Column(field, title: title)
    self.cell = cell
  }

  init(
    _ field: String, _ title: String?, _ style: Table.EstimateStyle,
    _ estimate: @escaping (SummaryRow) -> Estimate?
  ) {
    self.init(field, title) { row in estimate(row).map { .estimate($0, shown: style) } ?? .missing }
  }

  static func all(showsSource: Bool) -> [SummaryColumn] {
    [
      SummaryColumn("model", "model") { .text($0.comparison.tuned) },
      SummaryColumn("reference", nil) { .text($0.comparison.reference) },
      SummaryColumn("method", nil) { $0.comparison.method.map { .text($0) } ?? .missing },
      SummaryColumn("source", showsSource ? "on text of" : nil) { .text($0.comparison.source) },
      SummaryColumn("task", "task") { .text($0.task ?? "all") },
      SummaryColumn("prompts", nil) { .integer($0.prompts) },
      SummaryColumn("sequences", "sequences") { .integer($0.sequences) },
      SummaryColumn("positions", "positions") { .integer($0.positions) },
      SummaryColumn("excluded", nil) { .integer($0.excluded) },
      SummaryColumn("klTunedReferenceInfinite", nil) { .integer($0.infinite) },
      SummaryColumn("klTunedReference", "KL(tuned‖reference)", .quantity, \.klTunedReference),
      SummaryColumn("klReferenceTuned", nil, .quantity, \.klReferenceTuned),
      SummaryColumn("jensenShannon", nil, .quantity, \.jensenShannon),
      SummaryColumn("totalVariation", nil, .quantity, \.totalVariation),
      SummaryColumn("entropyReference", nil, .quantity, \.entropyReference),
      SummaryColumn("entropyTuned", nil, .quantity, \.entropyTuned),
      SummaryColumn("rankShift", "rank shift", .signed, \.rankShift),
      SummaryColumn("logprobShift", nil, .signed, \.logprobShift),
      SummaryColumn("unshiftedShare", nil, .share, \.unshifted),
      SummaryColumn("marginalShare", nil, .share, \.marginal),
      SummaryColumn("shiftedShare", "shifted", .share, \.shifted),
      SummaryColumn("topAgreementShare", "same top", .share, \.topAgreement),
      SummaryColumn("coverageReference", nil, .share, \.coverageReference),
      SummaryColumn("coverageTuned", nil, .share, \.coverageTuned),
    ]
  }
}

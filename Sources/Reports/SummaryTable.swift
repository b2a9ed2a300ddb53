public import ShiftStore
import Statistics

extension Table {
  /// The headline table: one row a comparison and task.
  ///
  /// - Parameters:
  ///   - figures: Which figures people see; programs get all.
  ///   - confidence: The level of the intervals, 0 … 1.
  ///   - notes: Sentences to add below.
  public static func summary(
    _ rows: [SummaryRow], figures: FigureSet, weighting: Weighting, confidence: Double, notes: [String]
  ) -> Table {
    let showsSource = !rows.allSatisfy(\.comparison.isOwnText)
    // Five figures with intervals leave no room for counts.
    let showsCounts = figures == .headline || figures == .spread
    let labels: [(column: Column, cell: (SummaryRow) -> Cell)] = [
      (Column("model", title: "model"), { .text($0.comparison.tuned) }),
      (Column("reference", title: nil), { .text($0.comparison.reference) }),
      (Column("method", title: nil), { $0.comparison.method.map { .text($0) } ?? .missing }),
      (Column("source", title: showsSource ? "on text of" : nil), { .text($0.comparison.source) }),
      (Column("task", title: "task"), { .text($0.task ?? "all") }),
      (Column("prompts", title: nil), { .integer($0.counts.prompts) }),
      (Column("sequences", title: showsCounts ? "sequences" : nil), { .integer($0.counts.sequences) }),
      (Column("positions", title: showsCounts ? "positions" : nil), { .integer($0.counts.positions) }),
      (Column("excluded", title: nil), { .integer($0.counts.excluded) }),
      (Column("masked", title: nil), { .integer($0.counts.masked) }),
      (Column("missing", title: nil), { .integer($0.counts.missing) }),
      (Column("faulty", title: nil), { .integer($0.counts.faulty) }),
      (Column("klTunedReferenceInfinite", title: nil), { .integer($0.counts.infinite) }),
      (Column("klReferenceTunedInfinite", title: nil), { .integer($0.counts.infiniteReferenceTuned) }),
    ]
    let estimates = rows.map(\.figures)
    var titles = figures.titles(isContrast: false)
    // The floor of truncated traces is known of one of the two alone.
    if estimates.contains(where: { $0[.klTunedReferenceOverFloor] != nil }) {
      titles[.jensenShannonOverFloor] = nil
    }
    let shown = estimates.flatMap { row in figures.figures.compactMap { row[$0] } }
    return Table(
      name: "summary",
      columns: labels.map(\.column) + figureColumns(titles, estimates),
      rows: rows.map { row in labels.map { $0.cell(row) } + figureCells(row.figures) },
      notes: figures.notes(
        weighting, confidence: confidence, isBounded: shown.contains(where: \.isBounded),
        isLowerBounded: shown.contains(where: \.isLowerBounded)) + storageNote(estimates, figures) + notes)
  }

  private static func storageNote(
    _ rows: [[SummaryFigure: Estimate]], _ figures: FigureSet
  ) -> [String] {
    guard figures.figures.contains(.klTunedReferenceStorageError),
      rows.contains(where: { $0[.klTunedReferenceStorageError] != nil })
    else { return [] }
    return [
      """
      ± storage = an estimate, from the bounds of some positions, of the most that rounding scores to 16 bits can have \
      moved the mean by; what a floor hides or a model computed in 16 bits before is not in it.
      """
    ]
  }

  /// Two tuned models set against each other, task by task.
  public static func contrast(
    _ rows: [ContrastRow], figures: FigureSet, weighting: Weighting, confidence: Double, notes: [String]
  ) -> Table {
    let showsSource = !rows.allSatisfy { $0.first.isOwnText && $0.second.isOwnText }
    let labels: [(column: Column, cell: (ContrastRow) -> Cell)] = [
      (Column("model", title: "difference"), { .text("\($0.first.tuned) − \($0.second.tuned)") }),
      (Column("modelA", title: nil), { .text($0.first.tuned) }),
      (Column("modelB", title: nil), { .text($0.second.tuned) }),
      (Column("sourceA", title: showsSource ? "on text of" : nil), { .text($0.first.source) }),
      (Column("sourceB", title: showsSource ? "and of" : nil), { .text($0.second.source) }),
      (Column("task", title: "task"), { .text($0.task ?? "all") }),
      (Column("prompts", title: "prompts"), { .integer($0.prompts) }),
    ]
    let estimates = rows.map(\.differences)
    return Table(
      name: "contrast",
      columns: labels.map(\.column) + figureColumns(figures.titles(isContrast: true), estimates),
      rows: rows.map { row in labels.map { $0.cell(row) } + figureCells(row.differences, isSigned: true) },
      notes: [
        """
        Differences of means by \(weighting.rawValue) over the prompts that both answered; divergences in nats, \
        shares in percentage points (pp).
        """,
        "Brackets hold \(Numerals.percent(confidence)) intervals in which a prompt counts for both at once.",
      ] + notes)
  }

  /// All figures, with headings for those that are chosen and that some row has.
  private static func figureColumns(
    _ titles: [SummaryFigure: String], _ rows: [[SummaryFigure: Estimate]]
  ) -> [Column] {
    SummaryFigure.allCases.map { figure in
      Column(figure.rawValue, title: rows.contains { $0[figure] != nil } ? titles[figure] : nil)
    }
  }

  private static func figureCells(_ figures: [SummaryFigure: Estimate], isSigned: Bool = false) -> [Cell] {
    SummaryFigure.allCases.map { figure in
      let style = isSigned ? figure.style.signed : figure.style
      return figures[figure].map { .estimate($0, shown: style) } ?? .missing
    }
  }
}

extension Table.EstimateStyle {
  /// The style of a difference.
  fileprivate var signed: Table.EstimateStyle {
    switch self {
    case .quantity, .signed: .signed
    case .share, .signedShare: .signedShare
    }
  }
}

extension Estimate {
  fileprivate var isBounded: Bool {
    guard case .between = knowledge else { return false }
    return true
  }

  fileprivate var isLowerBounded: Bool {
    guard case .between(_, nil) = knowledge else { return false }
    return true
  }
}

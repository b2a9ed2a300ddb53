import Measures
public import ShiftStore

extension Table {
  /// One row a condition and row of the summary that it is about.
  public static func gate(_ verdicts: [GateVerdict], bound: GateVerdict.Bound, isComplete: Bool) -> Table {
    Table(
      name: "gate",
      columns: [
        Column("outcome", title: "outcome"), Column("figure", title: "figure"),
        Column("model", title: "model"), Column("source", title: "on text of"), Column("task", title: "task"),
        Column("bound", title: nil),
        Column("value", title: bound == .mean ? "value" : "\(bound.rawValue) end"),
        Column("side", title: "must be"), Column("limit", title: "limit"),
      ],
      rows: verdicts.map { verdict in
        [
          .text(verdict.outcome.rawValue), .text(verdict.condition.figure.rawValue),
          .text(verdict.row.comparison.tuned), .text(verdict.row.comparison.source),
          .text(verdict.row.task ?? "all"), .text(bound.rawValue), verdict.value,
          .text(verdict.condition.side.rawValue), .real(verdict.condition.limit),
        ]
      }, isComplete: isComplete)
  }
}

extension GateVerdict {
  fileprivate var value: Table.Cell {
    guard let least else { return .missing }
    return .figure(most == least ? .exact(least) : .between(low: least, high: most))
  }

  /// The verdict in one sentence with both numbers; nil where the condition is met.
  public var sentence: String? {
    let subject =
      "\(condition.figure.rawValue) of \(row.comparison.tuned) on \(row.task ?? "all tasks")"
    let limit = Numerals.quantity(condition.limit)
    switch outcome {
    case .passed: return nil
    case .failed:
      return condition.side == .atMost
        ? "\(subject) is \(Numerals.text(value)), above the limit \(limit)."
        : "\(subject) is \(Numerals.text(value)), below the limit \(limit)."
    case .undecided:
      guard least != nil else {
        return "\(subject) has no such number, so the limit \(limit) cannot be decided."
      }
      return """
        \(subject) is \(Numerals.text(value)), so the limit \(limit) cannot be decided: truncated traces give bounds.
        """
    }
  }
}

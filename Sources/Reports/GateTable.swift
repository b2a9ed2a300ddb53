import Measures
public import ShiftStore

extension Table {
  /// One row a condition and row of the summary that it is about.
  public static func gate(_ verdicts: [GateVerdict], bound: GateVerdict.Bound) -> Table {
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
      })
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
    case .failed where infinitePositions > 0:
      return "\(subject) is infinite at \(infinitePlaces), above the limit \(limit)."
    case .undecided where infinitePositions > 0:
      let others = least.map { " and \(Numerals.quantity($0)) at the others" } ?? ""
      return """
        \(subject) is infinite at \(infinitePlaces)\(others), so the lower limit \(limit) cannot be decided: infinite \
        positions do not keep it.
        """
    case .failed:
      // The end of the bounds that lies nearer to the limit may round to the same digits.
      let isAbove = condition.side == .atMost
      guard let nearest = isAbove ? least : most ?? least else { return nil }
      let (end, apart) = Numerals.apart(nearest, condition.limit)
      let found = least == most || end != Numerals.quantity(nearest) ? end : Numerals.text(value)
      return "\(subject) is \(found), \(isAbove ? "above" : "below") the limit \(apart)."
    case .undecided:
      guard least != nil else {
        return "\(subject) has no such number, so the limit \(limit) cannot be decided."
      }
      return """
        \(subject) is \(Numerals.text(value)), so the limit \(limit) cannot be decided: truncated traces give bounds.
        """
    }
  }

  private var infinitePlaces: String {
    "\(infinitePositions) \(infinitePositions == 1 ? "position" : "positions")"
  }
}

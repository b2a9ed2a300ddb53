import Reports
import ShiftStore

extension Summary {
  /// What was left out, and what noise figures are shown against, in words.
  static func notes(_ problems: [ProblemRecord], _ rows: [SummaryRow], _ gaps: PositionGaps) -> [String] {
    let tasks = rows.filter { $0.task != nil }
    let excluded = [
      ("masked", \SummaryCounts.masked), ("missing", \.missing), ("faulty", \.faulty),
    ].compactMap { word, count in
      let sum = tasks.reduce(0) { $0 + $1.counts[keyPath: count] }
      return sum > 0 ? "\(sum) \(word)" : nil
    }
    var notes = excluded.isEmpty ? [] : ["Positions left out: \(excluded.joined(separator: ", "))."]
    notes += infiniteNotes(gaps)
    if rows.contains(where: { $0[.klTunedReferenceFloor] != nil }) {
      notes.append(
        "× floor = divided by the same figure of the control, the reference scored again, on the same text.")
    }
    let errors = problems.filter { $0.severity == .error }.count
    if errors > 0 {
      notes.append("\(errors) \(errors == 1 ? "problem" : "problems") in the input: see the table problem.")
    }
    return notes
  }

  /// How many infinite divergences are in no mean.
  static func infiniteNotes(_ gaps: PositionGaps) -> [String] {
    [
      (gaps.infiniteTunedReference, "KL(tuned‖reference)"),
      (gaps.infiniteReferenceTuned, "KL(reference‖tuned)"),
    ].filter { $0.0 > 0 }.map { count, name in
      """
      \(count) \(count == 1 ? "position has" : "positions have") an infinite \(name) and \
      \(count == 1 ? "is" : "are") not in its mean.
      """
    }
  }

  /// Doubts about whole files of these comparisons, each in its own words.
  static func warnings(
    _ problems: [ProblemRecord], _ comparisons: [ShiftStore.Comparison]
  ) -> [String] {
    let chosen = Set(comparisons.map(\.id))
    return problems.filter { problem in
      problem.severity == .warning && problem.sequence == nil
        && problem.comparisonID.map(chosen.contains) ?? true
    }.map(\.message).uniqued
  }

  /// More lines than this would hide the table.
  static let shownWarnings = 5

  static func notes(ofWarnings count: Int) -> [String] {
    guard count > 0 else { return [] }
    return ["\(count) \(count == 1 ? "warning" : "warnings") about the input: see the table problem."]
  }
}

import Reports
import ShiftStore

extension Tokens {
  /// The table of emitted tokens of one model.
  func emittedTable(
    _ index: ShiftIndex, _ subjects: TokenSubjects, _ model: String, _ comparisons: [Comparison]
  ) throws -> Table {
    if let column = subjects.column { return try kindTable(index, column, model, comparisons) }
    let drifts = try index.emittedDrift(in: comparisons, task: slice.task, groups: subjects.groups)
      .filter { $0.count >= fewest }
    var rows = largest(
      drifts, by: { sort == .count ? Double($0.count) : measure.value($0)?.magnitude }, id: \.tokenID)
    let medians = try index.medians(
      of: rows.map(\.tokenID), in: comparisons, task: slice.task, groups: subjects.groups)
    for place in rows.indices { rows[place].rankShiftMedian = medians[rows[place].tokenID] }
    return .emitted(
      Array(zip(try subjects.subjects(of: rows.map(\.tokenID)), rows)), model: model,
      showsKL: measure == .klTunedReference, notes: emittedNotes(comparisons, rows: rows.count))
  }

  /// The table of the kinds that the index has summed.
  private func kindTable(
    _ index: ShiftIndex, _ column: TokenKindColumn, _ model: String, _ comparisons: [Comparison]
  ) throws -> Table {
    let kinds = try index.emittedDrift(in: comparisons, task: slice.task, by: column)
      .filter { $0.drift.count >= fewest }
    let rows = largest(
      kinds, by: { sort == .count ? Double($0.drift.count) : measure.value($0.drift)?.magnitude },
      id: \.drift.tokenID)
    return .emitted(
      rows.map { (.group($0.name), $0.drift) }, model: model, showsKL: measure == .klTunedReference,
      notes: emittedNotes(comparisons, rows: rows.count))
  }

  /// The table of predicted tokens of one model.
  func predictedTable(
    _ index: ShiftIndex, _ subjects: TokenSubjects, _ model: String, _ comparisons: [Comparison]
  ) throws -> Table {
    let drifts = try index.predictedDrift(in: comparisons, task: slice.task, groups: subjects.groups)
    guard !drifts.isEmpty else { return try movedMassTable(index, subjects, model, comparisons) }
    let rows = largest(drifts, by: { measure.value($0)?.magnitude }, id: \.tokenID)
    return .predicted(
      Array(zip(try subjects.subjects(of: rows.map(\.tokenID)), rows)), model: model,
      notes: ["\(sliceWords(comparisons)) Means over positions."])
  }

  /// The same of truncated traces: moved mass alone, with its bound.
  private func movedMassTable(
    _ index: ShiftIndex, _ subjects: TokenSubjects, _ model: String, _ comparisons: [Comparison]
  ) throws -> Table {
    guard sort ?? .movedMass == .movedMass,
      let found = try index.movedMass(in: comparisons, task: slice.task, groups: subjects.groups)
    else {
      throw CommandFailure(
        status: .badData,
        message: """
          \(index.path): \(model) has no dense traces here, and only they tell shares of KL. Use '--sort movedMass', or \
          '--view emitted'.
          """)
    }
    let rows = largest(found.drifts, by: { abs($0.movedMassMean) }, id: \.tokenID)
    return .predicted(
      Array(zip(try subjects.subjects(of: rows.map(\.tokenID)), rows)), model: model,
      unlisted: found.unlisted,
      notes: ["\(sliceWords(comparisons)) Means over positions.", boundNote(found.unlisted)])
  }

  /// The rows with the largest values, ties by the lowest id.
  func largest<Row>(_ rows: [Row], by value: (Row) -> Double?, id: (Row) -> Int) -> [Row] {
    rows.compactMap { row in value(row).map { (row: row, value: $0) } }
      .sorted { ($1.value, id($0.row)) < ($0.value, id($1.row)) }
      .prefix(limit.count).map(\.row)
  }

  /// What a table is about.
  func sliceWords(_ comparisons: [Comparison]) -> String {
    let texts = comparisons.map { "\($0.tuned) on text of \($0.source)" }.joined(separator: ", ")
    return "\(slice.task ?? "All tasks"): \(texts)."
  }

  /// Which tokens a table of emitted tokens holds.
  func emittedNotes(_ comparisons: [Comparison], rows: Int) -> [String] {
    let places = fewest == 1 ? "1 position or more" : "\(fewest) positions or more"
    var notes = ["\(sliceWords(comparisons)) Tokens that stand at \(places)."]
    if measure == .klTunedReference {
      notes.append(
        isContrast
          ? "KL(tuned‖reference), for truncated traces its lower bound."
          : "Sorted by KL(tuned‖reference), for truncated traces by its lower bound.")
    }
    if rows == 0 { notes.append("No token is that frequent. Lower --minimum-count.") }
    return notes
  }
}

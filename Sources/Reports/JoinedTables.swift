extension Table {
  /// Tables of the same columns one below the other, behind columns that say whose rows they are.
  ///
  /// - Parameters:
  ///   - parts: The tables, each with what its rows have in those columns.
  ///   - columns: The columns.
  /// - Returns: Nil where there is no table.
  /// - Precondition: All tables have the same columns.
  public static func joined(_ parts: [(labels: [String], table: Table)], by columns: [Column]) -> Table? {
    guard let first = parts.first?.table else { return nil }
    var notes: [String] = []
    for note in parts.flatMap(\.table.notes) where !notes.contains(note) { notes.append(note) }
    return Table(
      name: first.name, columns: columns + first.columns,
      rows: parts.flatMap { part in part.table.rows.map { part.labels.map { .text($0) } + $0 } },
      notes: notes,
      isComplete: parts.allSatisfy(\.table.isComplete))
  }
}

extension Table {
  /// Tables of the same columns one below the other, behind a column that says whose rows they are.
  ///
  /// - Parameters:
  ///   - parts: The tables, each with what its rows have in that column.
  ///   - column: The column.
  /// - Returns: Nil where there is no table.
  /// - Precondition: All tables have the same columns.
  public static func joined(_ parts: [(label: String, table: Table)], by column: Column) -> Table? {
    guard let first = parts.first?.table else { return nil }
    var notes: [String] = []
    for note in parts.flatMap(\.table.notes) where !notes.contains(note) { notes.append(note) }
    return Table(
      name: first.name, columns: [column] + first.columns,
      rows: parts.flatMap { part in part.table.rows.map { [.text(part.label)] + $0 } }, notes: notes,
      isComplete: parts.allSatisfy(\.table.isComplete))
  }
}

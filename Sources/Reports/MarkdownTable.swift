/// A table as GitHub-flavoured Markdown.
public struct MarkdownTable: Sendable {
  private let table: Table

  /// A report of one table.
  public init(_ table: Table) { self.table = table }

  /// The lines of the table.
  public var text: String {
    let (titles, cells) = table.forPeople
    var lines = [line(titles)]
    lines.append("|" + titles.map { _ in "---|" }.joined())
    lines += cells.map { line($0.map(Numerals.text)) }
    if !table.notes.isEmpty { lines.append("") }
    lines += table.notes.map { $0 + "  " }
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }

  /// Keeps a cell in its column and its text from being read as markup.
  private func escaped(_ cell: String) -> String {
    var result = ""
    for character in cell.unicodeScalars {
      switch character {
      case "|", "\\", "`", "*", "_", "<", "[", "~": result += "\\" + String(character)
      case "\n", "\r": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

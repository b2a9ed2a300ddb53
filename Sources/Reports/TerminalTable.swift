/// A table as people read it in a terminal: aligned columns, numbers to the right, notes below.
public struct TerminalTable: Sendable {
  private let titles: [String]
  private let cells: [[Table.Cell]]
  private let summary: [(column: Table.Column, cell: Table.Cell)]
  private let notes: [String]
  private static let gap = "  "

  /// A report of one table.
  public init(_ table: Table) {
    (titles, cells) = table.forPeople
    summary = table.summary.filter { $0.column.title != nil }
    notes = table.notes
  }

  /// The lines of the table.
  public var text: String {
    let texts = cells.map { $0.map(Numerals.text) }
    let widths = titles.indices.map { column in
      texts.reduce(titles[column].displayWidth) { max($0, $1[column].displayWidth) }
    }
    let alignments = titles.indices.map(alignsRight)
    var lines = [line(titles, widths, alignments)]
    lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.gap))
    lines += texts.map { line($0, widths, alignments) }
    lines += summaryLines
    if !notes.isEmpty { lines.append("") }
    lines += notes
    return lines.joined(separator: "\n") + "\n"
  }

  private var summaryLines: [String] {
    guard !summary.isEmpty else { return [] }
    let titles = summary.map { $0.column.title ?? "" }
    let width = titles.map(\.displayWidth).max() ?? 0
    return [""]
      + zip(titles, summary).map { title, entry in
        title + String(repeating: " ", count: width - title.displayWidth) + Self.gap
          + Numerals.text(entry.cell)
      }
  }

  private func line(_ texts: [String], _ widths: [Int], _ alignsRight: [Bool]) -> String {
    var line = ""
    for (column, text) in texts.enumerated() {
      let padding = String(repeating: " ", count: widths[column] - text.displayWidth)
      line += alignsRight[column] ? padding + text : text + padding
      if column < texts.count - 1 { line += Self.gap }
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Numbers stand on the right, words on the left.
  private func alignsRight(_ column: Int) -> Bool {
    for row in cells {
      switch row[column] {
      case .text, .flag: return false
      case .missing: continue
      default: return true
      }
    }
    return false
  }
}

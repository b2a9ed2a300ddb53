/// How data is written to standard output.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// Aligned columns for a terminal.
  case table
  /// One JSON object.
  case json
  /// One JSON object a row.
  case jsonl
  /// Comma-separated values, RFC 4180.
  case csv
  /// Tab-separated values.
  case tsv
  /// A Markdown table.
  case markdown

  /// True for a format that shows chosen columns and rounded numbers.
  public var isForPeople: Bool { self == .table || self == .markdown }

  /// The text of a table in this format.
  public func text(of table: Table) -> String {
    switch self {
    case .table: TerminalTable(table).text
    case .json: JSONReport(table).text
    case .jsonl: JSONReport(table).lines
    case .csv: DelimitedReport(table, delimiter: .comma).text
    case .tsv: DelimitedReport(table, delimiter: .tab).text
    case .markdown: MarkdownTable(table).text
    }
  }
}

/// A table as CSV (RFC 4180) or TSV.
///
/// The columns are the fields of all rows in the order of the table; a field that a row lacks is empty. In TSV,
/// tabs, line ends and backslashes inside a value are written `\t`, `\n`, `\r`, `\\`.
public struct DelimitedReport: Sendable {
  /// What stands between values.
  public enum Delimiter: Sendable {
    /// Comma-separated, quoted where needed.
    case comma
    /// Tab-separated, escaped where needed.
    case tab

    var separator: String { self == .comma ? "," : "\t" }
    var lineEnd: String { self == .comma ? "\r\n" : "\n" }
  }

  private let table: Table
  private let delimiter: Delimiter

  /// A report of one table.
  public init(_ table: Table, delimiter: Delimiter) {
    self.table = table
    self.delimiter = delimiter
  }

  /// The header line and one line a row.
  public var text: String {
    let layout = table.columns.indices.map(fieldNames)
    let lines = table.rows.map { row in
      line(
        zip(layout, table.columns.indices).flatMap { names, column in
          let fields = row[column].fields(named: table.columns[column].field)
          return names.map { name in fields.first { $0.name == name }.map { cell($0.value) } ?? "" }
        })
    }
    return line(layout.flatMap { $0 }.map { cell(.text($0)) }) + lines.joined()
  }

  /// The fields that the cells of one column stand for. A missing cell stands for the bare field, unless the others
  /// are all bounds or intervals and give the column its fields.
  private func fieldNames(of column: Int) -> [String] {
    let field = table.columns[column].field
    var names: [String] = []
    for row in table.rows where row[column] != .missing {
      for (name, _) in row[column].fields(named: field) where !names.contains(name) { names.append(name) }
    }
    return names.isEmpty ? [field] : names
  }

  /// A value as it stands between delimiters.
  func cell(_ value: FieldValue) -> String {
    switch delimiter {
    case .comma: quoted(written(value))
    case .tab: escaped(written(value))
    }
  }

  private func written(_ value: FieldValue) -> String {
    switch value {
    case .text(let text): text
    case .integer(let value): String(value)
    case .real(let value): value.isFinite ? String(value) : value < 0 ? "-Infinity" : "Infinity"
    case .flag(let value): String(value)
    case .null: ""
    }
  }

  private func line(_ values: [String]) -> String {
    values.joined(separator: delimiter.separator) + delimiter.lineEnd
  }

  private func quoted(_ value: String) -> String {
    let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    guard value.utf8.contains(where: special.contains) || value.first == " " || value.last == " " else {
      return value
    }
    return "\"" + value.replacing("\"", with: "\"\"") + "\""
  }

  private func escaped(_ value: String) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\\": result += "\\\\"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

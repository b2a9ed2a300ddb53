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
    let rows = table.rows.map { table.fields(ofRow: $0) }
    let names = fieldNames(rows)
    var lines = [line(names)]
    for row in rows {
      let values = Dictionary(row.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
      lines.append(line(names.map { name in values[name].map(written) ?? "" }))
    }
    return lines.joined()
  }

  /// All fields, those of one column side by side.
  private func fieldNames(_ rows: [[(name: String, value: FieldValue)]]) -> [String] {
    var names: [String] = []
    for (index, column) in table.columns.enumerated() {
      var seen: Set<String> = []
      for row in table.rows {
        for field in row[index].fields(named: column.field) where seen.insert(field.name).inserted {
          // A missing cell of a column that holds bounds elsewhere names a bare field that no row fills.
          if case .missing = row[index], table.rows.contains(where: { $0[index] != .missing }) { continue }
          names.append(field.name)
        }
      }
      if seen.isEmpty { names.append(column.field) }
    }
    return names
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
    switch delimiter {
    case .comma: values.map(quoted).joined(separator: ",") + "\r\n"
    case .tab: values.map(escaped).joined(separator: "\t") + "\n"
    }
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

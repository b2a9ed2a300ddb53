/// A table as JSON: one object with `schemaVersion`, or one line a row.
///
/// Numbers have the shortest digits that read back to the same double. JSON has no infinity: it is written as the
/// string `"Infinity"`.
public struct JSONReport: Sendable {
  /// The version of the field names and shapes.
  public static let schemaVersion = 1
  private let table: Table

  /// A report of one table.
  public init(_ table: Table) { self.table = table }

  /// One object: `schemaVersion`, `table`, `complete`, `notes`, `rows`, and `summary` where the table has one.
  public var text: String {
    let rows = table.rows.map { Self.indent + object($0) }.joined(separator: ",\n")
    return beginning + (rows.isEmpty ? "" : "\n" + rows + "\n  ") + Self.end
  }

  /// All up to the bracket before the rows.
  var beginning: String {
    let notes = table.notes.map(Self.quoted).joined(separator: ", ")
    return """
      {
        "schemaVersion": \(Self.schemaVersion),
        "table": \(Self.quoted(table.name)),
        "complete": \(table.isComplete),
        "notes": [\(notes)],\(summary)
        "rows": [
      """
  }

  /// What stands before a row.
  static let indent = "    "
  /// The bracket behind the rows, and the rest.
  static let end = "]\n}\n"

  private var summary: String {
    guard !table.summary.isEmpty else { return "" }
    let fields = table.summary.flatMap { $0.cell.fields(named: $0.column.field) }
    return "\n  \"summary\": \(Self.object(fields)),"
  }

  /// One object a line.
  public var lines: String { table.rows.map { object($0) + "\n" }.joined() }

  func object(_ row: [Table.Cell]) -> String {
    Self.object(table.fields(ofRow: row))
  }

  private static func object(_ fields: [(name: String, value: FieldValue)]) -> String {
    "{" + fields.map { "\(quoted($0.name)): \(json($0.value))" }.joined(separator: ", ") + "}"
  }

  static func json(_ value: FieldValue) -> String {
    switch value {
    case .text(let text): quoted(text)
    case .integer(let value): String(value)
    case .real(let value): value.isFinite ? String(value) : quoted(value < 0 ? "-Infinity" : "Infinity")
    case .flag(let value): String(value)
    case .null: "null"
    }
  }

  /// A JSON string, escaped as RFC 8259 asks.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

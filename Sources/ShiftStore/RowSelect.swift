import GRDB
import GRDBSQLite

/// Reads rows by SQLite's own column access: a small part of the cost of rows that know their columns' names.
struct RowSelect {
  private let statement: Statement
  let handle: OpaquePointer

  /// The rows of a query.
  init(_ database: Database, _ sql: String) throws {
    statement = try database.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// Hands over the rows of the query, the statement's parameters being these. Columns can be read until the next row.
  func forEach(_ parameters: [Int] = [], row body: () throws -> Void) throws {
    sqlite3_reset(handle)
    defer { sqlite3_reset(handle) }
    for (place, parameter) in parameters.enumerated() {
      sqlite3_bind_int64(handle, Int32(place + 1), Int64(parameter))
    }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: try body()
      case SQLITE_DONE: return
      case let code: throw DatabaseError(code, of: handle)
      }
    }
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
  func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

  // The column is looked for once, and asked twice. Only one thread uses a connection, as values of columns require.
  func optionalInteger(_ column: Int32) -> Int? {
    let value = sqlite3_column_value(handle, column)
    return sqlite3_value_type(value) == SQLITE_NULL ? nil : Int(sqlite3_value_int64(value))
  }

  func optionalReal(_ column: Int32) -> Double? {
    let value = sqlite3_column_value(handle, column)
    return sqlite3_value_type(value) == SQLITE_NULL ? nil : sqlite3_value_double(value)
  }

  func text(_ column: Int32) -> String {
    sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
  }

  /// A blob, which is gone with the row.
  func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    let bytes = sqlite3_column_blob(handle, column)
    return body(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
  }
}

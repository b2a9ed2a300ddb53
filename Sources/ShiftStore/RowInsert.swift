import GRDB
import GRDBSQLite

/// Inserts rows by binding SQLite's own way: a tenth of the cost of arguments in an array.
///
/// Values are bound from the first column to the last, then the row is inserted. Many rows at once cost less through
/// ``RowHandIn``.
struct RowInsert {
  private let statement: Statement
  private let handle: OpaquePointer
  private let columns: Int32
  private var column: Int32 = 0

  /// Rows of a table, of which each column is bound.
  ///
  /// - Parameter ignoresRepeated: A row whose key is there already is left out.
  init(_ database: Database, into table: String, columns: Int, ignoresRepeated: Bool = false) throws {
    self.columns = Int32(columns)
    let marks = Array(repeating: "?", count: columns).joined(separator: ", ")
    statement = try database.cachedStatement(
      sql: """
        INSERT INTO \(table) VALUES (\(marks)) \(ignoresRepeated ? "ON CONFLICT DO NOTHING" : "")
        """)
    handle = statement.sqliteStatement
  }

  /// Binds the next column.
  mutating func bind(_ value: Int?) {
    column += 1
    if let value {
      sqlite3_bind_int64(handle, column, Int64(value))
    } else {
      sqlite3_bind_null(handle, column)
    }
  }

  /// Binds the next column.
  mutating func bind(_ value: Double?) {
    column += 1
    if let value {
      sqlite3_bind_double(handle, column, value)
    } else {
      sqlite3_bind_null(handle, column)
    }
  }

  /// Binds the next column.
  mutating func bind(_ text: String) {
    column += 1
    var text = text
    text.withUTF8 { text in
      let bytes = UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self)
      sqlite3_bind_text64(handle, column, bytes, UInt64(text.count), Self.copies, UInt8(SQLITE_UTF8))
    }
  }

  /// Binds the next column.
  mutating func bind(_ bytes: [UInt8]) {
    column += 1
    sqlite3_bind_blob64(handle, column, bytes, UInt64(bytes.count), Self.copies)
  }

  /// Binds the last columns to bytes that are not copied, and inserts the row.
  mutating func insert(endingWith blobs: UnsafeRawBufferPointer...) throws {
    let first = column + 1
    for bytes in blobs {
      column += 1
      if bytes.isEmpty {
        // No address would stand for null.
        sqlite3_bind_zeroblob(handle, column, 0)
      } else {
        sqlite3_bind_blob64(handle, column, bytes.baseAddress, UInt64(bytes.count), nil)
      }
    }
    let last = column
    // The statement must not know of the bytes when they may be gone.
    defer { for column in first...last { sqlite3_bind_null(handle, column) } }
    try insert()
  }

  /// Binds the last column to so many zeros, which are nowhere in memory, and inserts the row.
  mutating func insert(endingWithZeros count: Int) throws {
    column += 1
    sqlite3_bind_zeroblob64(handle, column, UInt64(count))
    try insert()
  }

  /// Inserts what was bound.
  mutating func insert() throws {
    precondition(column == columns, "\(column) columns of \(columns) are bound")
    column = 0
    let code = sqlite3_step(handle)
    sqlite3_reset(handle)
    guard code == SQLITE_DONE else { throw DatabaseError(code, of: handle) }
  }

  /// SQLITE_TRANSIENT, which is −1 cast to a function in C: SQLite takes a copy before the call returns.
  private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

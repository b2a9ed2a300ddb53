import GRDB
import GRDBSQLite

/// Inserts rows by binding SQLite's own way: a tenth of the cost of arguments in an array.
///
/// Values are bound from the first column to the last, then the row is inserted. Rows may be gathered, so that many go
/// in with one statement, at less than half of the cost of each alone; then what is left is inserted by ``finish()``.
struct RowInsert {
  private let statement: Statement
  private let handle: OpaquePointer
  private let columns: Int32
  /// Rows that one run of the statement inserts.
  private let rowsAtOnce: Int32
  private var column: Int32 = 0
  private var gathered: Int32 = 0
  /// Texts and blobs of gathered rows; nil where each row is inserted at once.
  private let kept: BoundBytes?

  /// Rows that are gathered: more of them gain nothing.
  private static let gatheredRows: Int32 = 64

  /// Rows of a table, of which each column is bound.
  ///
  /// - Parameters:
  ///   - ignoresRepeated: A row whose key is there already is left out.
  ///   - gathers: Whether rows are gathered; the caller ends with ``finish()``.
  init(
    _ database: Database, into table: String, columns: Int, ignoresRepeated: Bool = false,
    gathers: Bool = false
  ) throws {
    self.columns = Int32(columns)
    rowsAtOnce = gathers ? Self.gatheredRows : 1
    kept = gathers ? BoundBytes() : nil
    let marks = Array(repeating: "?", count: columns).joined(separator: ", ")
    // Selects joined by a union cost SQLite less than a list of values, and a limit leaves out the rows that the last run
    // has no values for.
    let rows = Array(repeating: "SELECT \(marks)", count: Int(rowsAtOnce)).joined(separator: " UNION ALL ")
    statement = try database.cachedStatement(
      sql: """
        INSERT INTO \(table) \(gathers ? "\(rows) LIMIT ?" : "VALUES (\(marks))") \
        \(ignoresRepeated ? "ON CONFLICT DO NOTHING" : "")
        """)
    handle = statement.sqliteStatement
  }

  /// Inserts many rows of a table.
  static func rows(
    _ database: Database, into table: String, columns: Int, _ insert: (inout RowInsert) throws -> Void
  ) throws {
    var row = try RowInsert(database, into: table, columns: columns, gathers: true)
    try insert(&row)
    try row.finish()
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
      let kept = kept?.keep(UnsafeRawBufferPointer(text))
      sqlite3_bind_text64(
        handle, column, (kept ?? UnsafeRawPointer(text.baseAddress))?.assumingMemoryBound(to: CChar.self),
        UInt64(text.count), kept == nil ? Self.copies : nil, UInt8(SQLITE_UTF8))
    }
  }

  /// Binds the next column.
  mutating func bind(_ bytes: [UInt8]) {
    column += 1
    if let kept = bytes.withUnsafeBytes({ kept?.keep($0) }) {
      sqlite3_bind_blob64(handle, column, kept, UInt64(bytes.count), nil)
    } else {
      sqlite3_bind_blob64(handle, column, bytes, UInt64(bytes.count), Self.copies)
    }
  }

  /// Binds the last columns to bytes that are not copied, and inserts the row.
  ///
  /// - Precondition: Rows are not gathered.
  mutating func insert(endingWith blobs: UnsafeRawBufferPointer...) throws {
    precondition(kept == nil, "bytes of gathered rows have to be kept")
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

  /// Inserts what was bound, or keeps it to be inserted with others.
  mutating func insert() throws {
    gathered += 1
    precondition(
      column == gathered * columns, "\(column) columns of \(gathered) rows of \(columns) are bound")
    if gathered == rowsAtOnce { try run() }
  }

  /// Inserts the rows that were gathered.
  mutating func finish() throws {
    guard gathered > 0 else { return }
    try run()
    // The statement outlives what was kept for it.
    sqlite3_clear_bindings(handle)
  }

  private mutating func run() throws {
    if kept != nil { sqlite3_bind_int64(handle, rowsAtOnce * columns + 1, Int64(gathered)) }
    column = 0
    gathered = 0
    let code = sqlite3_step(handle)
    sqlite3_reset(handle)
    kept?.clear()
    guard code == SQLITE_DONE else { throw DatabaseError(code, of: handle) }
  }

  /// SQLITE_TRANSIENT, which is −1 cast to a function in C: SQLite takes a copy before the call returns.
  private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

import GRDB
import GRDBSQLite

extension Database {
  /// Writes bytes where a row has as many zeros. A value that is bound SQLite copies into its row first, whole.
  ///
  /// - Parameter row: The row's number.
  func fill(_ column: String, of table: String, row: Int, with bytes: UnsafeRawBufferPointer) throws {
    var blob: OpaquePointer?
    defer { sqlite3_blob_close(blob) }
    var code = sqlite3_blob_open(sqliteConnection, "main", table, column, Int64(row), 1, &blob)
    if code == SQLITE_OK { code = sqlite3_blob_write(blob, bytes.baseAddress, Int32(bytes.count), 0) }
    guard code == SQLITE_OK else { throw DatabaseError(code, on: sqliteConnection) }
  }
}

import GRDB
import GRDBSQLite

extension DatabaseError {
  /// What SQLite says of a statement that ended with this code.
  init(_ code: CInt, of statement: OpaquePointer) {
    self.init(code, on: sqlite3_db_handle(statement))
  }

  /// What SQLite says of a call that gave this code.
  init(_ code: CInt, on connection: OpaquePointer?) {
    self.init(
      resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
  }
}

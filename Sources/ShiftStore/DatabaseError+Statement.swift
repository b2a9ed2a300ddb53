import GRDB
import GRDBSQLite

extension DatabaseError {
  /// What SQLite says of a statement that ended with this code.
  init(_ code: CInt, of statement: OpaquePointer) {
    self.init(
      resultCode: ResultCode(rawValue: code),
      message: String(cString: sqlite3_errmsg(sqlite3_db_handle(statement))))
  }
}

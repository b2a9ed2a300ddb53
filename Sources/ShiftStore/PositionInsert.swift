import GRDB
import GRDBSQLite
import Measures
import Tokenization

/// Inserts positions by binding SQLite's own way: a tenth of the cost of arguments in an array.
struct PositionInsert {
  private let statement: Statement
  private let handle: OpaquePointer

  init(_ database: Database) throws {
    let columns = 3 + 6 * 3 + 8
    let marks = Array(repeating: "?", count: columns).joined(separator: ", ")
    statement = try database.cachedStatement(sql: "INSERT INTO position VALUES (\(marks))")
    handle = statement.sqliteStatement
  }

  /// Inserts one position of a measurement.
  func insert(_ position: PositionMeasures, measurementID: Int) throws {
    sqlite3_reset(handle)
    var column: Int32 = 0
    bind(measurementID, &column)
    bind(position.position, &column)
    bind(Int(position.tokenID.rawValue), &column)
    let divergences = position.divergences
    bind(divergences.klTunedReference, &column)
    bind(divergences.klReferenceTuned, &column)
    bind(divergences.jensenShannon, &column)
    bind(divergences.totalVariation, &column)
    bind(divergences.entropyReference, &column)
    bind(divergences.entropyTuned, &column)
    bind(position.logprobReference, &column)
    bind(position.logprobTuned, &column)
    bind(position.rankReference, &column)
    bind(position.rankTuned, &column)
    bind(Int(position.topReference.rawValue), &column)
    bind(Int(position.topTuned.rawValue), &column)
    bind(position.coverageReference, &column)
    bind(position.coverageTuned, &column)
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code),
        message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
    }
  }

  private func bind(_ value: Int?, _ column: inout Int32) {
    column += 1
    if let value {
      sqlite3_bind_int64(handle, column, Int64(value))
    } else {
      sqlite3_bind_null(handle, column)
    }
  }

  private func bind(_ value: Double?, _ column: inout Int32) {
    column += 1
    if let value {
      sqlite3_bind_double(handle, column, value)
    } else {
      sqlite3_bind_null(handle, column)
    }
  }

  private func bind(_ figure: Figure, _ column: inout Int32) {
    bind(figure.exactValue, &column)
    switch figure {
    case .exact:
      bind(nil as Double?, &column)
      bind(nil as Double?, &column)
    case .between(let low, let high):
      bind(low, &column)
      bind(high, &column)
    }
  }
}

import GRDB
import GRDBSQLite
import Measures
import Tokenization

/// Reads the positions of one measurement after another, by SQLite's own column access.
struct PositionSelect {
  private let statement: Statement
  private let handle: OpaquePointer

  private static let figures = [
    "klTunedReference", "klReferenceTuned", "jensenShannon", "totalVariation", "entropyReference",
    "entropyTuned",
  ]

  init(_ database: Database) throws {
    let figures = Self.figures.map { "\($0), \($0)Low, \($0)High" }.joined(separator: ", ")
    statement = try database.cachedStatement(
      sql: """
        SELECT position, tokenID, \(figures), logprobReference, logprobTuned, rankReference, rankReferenceLow,
          rankTuned, topReference, topTuned, coverageReference, coverageTuned
        FROM position WHERE measurementID = ? ORDER BY position
        """)
    handle = statement.sqliteStatement
  }

  /// The positions of a measurement, rising.
  func positions(of measurementID: Int) throws -> [PositionMeasures] {
    sqlite3_reset(handle)
    sqlite3_bind_int64(handle, 1, Int64(measurementID))
    defer { sqlite3_reset(handle) }
    var positions: [PositionMeasures] = []
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: positions.append(position)
      case SQLITE_DONE: return positions
      case let code:
        throw DatabaseError(
          resultCode: ResultCode(rawValue: code),
          message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
      }
    }
  }

  private var position: PositionMeasures {
    PositionMeasures(
      position: integer(0), tokenID: token(1),
      divergences: Divergences(
        klTunedReference: figure(2), klReferenceTuned: figure(5), jensenShannon: figure(8),
        totalVariation: figure(11), entropyReference: figure(14), entropyTuned: figure(17)),
      logprobReference: optionalReal(20), logprobTuned: optionalReal(21),
      rankReference: optionalInteger(22), rankReferenceLow: optionalInteger(23),
      rankTuned: optionalInteger(24), topReference: token(25), topTuned: token(26),
      coverageReference: real(27), coverageTuned: real(28))
  }

  private func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  private func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
  private func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
  private func token(_ column: Int32) -> TokenID {
    TokenID(Int32(truncatingIfNeeded: sqlite3_column_int64(handle, column)))
  }
  private func optionalInteger(_ column: Int32) -> Int? { isNull(column) ? nil : integer(column) }
  private func optionalReal(_ column: Int32) -> Double? { isNull(column) ? nil : real(column) }

  /// A figure of three columns: bare where it is exact, else its bounds.
  private func figure(_ column: Int32) -> Figure {
    isNull(column)
      ? .between(low: real(column + 1), high: optionalReal(column + 2)) : .exact(real(column))
  }
}

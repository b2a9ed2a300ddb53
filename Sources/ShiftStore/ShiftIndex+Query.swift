import Foundation
import GRDB

/// What an SQL statement gave.
public struct QueryResult: Sendable {
  /// A value as SQLite holds it.
  public enum Value: Equatable, Sendable {
    /// NULL.
    case null
    /// INTEGER.
    case integer(Int)
    /// REAL.
    case real(Double)
    /// TEXT.
    case text(String)
    /// BLOB.
    case blob([UInt8])
  }

  /// The names of the columns.
  public var columns: [String]
  /// The rows.
  public var rows: [[Value]]

  /// A result.
  public init(columns: [String], rows: [[Value]]) {
    self.columns = columns
    self.rows = rows
  }
}

extension ShiftIndex {
  /// Runs one SQL statement that only reads.
  ///
  /// - Throws: ``StoreError`` when the statement would write, or SQLite does not accept it.
  public func query(_ sql: String) throws -> QueryResult {
    try reading { database in
      do {
        let statements = try database.allStatements(sql: sql)
        guard let statement = try statements.next() else {
          throw StoreError(file: path, .sql(message: "there is no statement", sql: sql))
        }
        guard statement.isReadonly else { throw StoreError(file: path, .writes(sql: sql)) }
        let rows = try Row.fetchAll(statement).map { row in
          Array(row.databaseValues.map(QueryResult.Value.init))
        }
        guard try statements.next() == nil else {
          throw StoreError(file: path, .sql(message: "there is more than one statement", sql: sql))
        }
        return QueryResult(columns: statement.columnNames, rows: rows)
      } catch let error as DatabaseError where !error.isOfTheFile {
        throw StoreError(file: path, .sql(message: error.message ?? "\(error.resultCode)", sql: sql))
      }
    }
  }
}

extension QueryResult.Value {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let integer): self = .integer(Int(integer))
    case .double(let real): self = .real(real)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob([UInt8](data))
    }
  }
}

import GRDB
import GRDBSQLite

/// The columns of one row, as a function of SQL gets them.
struct ColumnValues {
  fileprivate let values: UnsafeMutablePointer<OpaquePointer?>

  func integer(_ column: Int) -> Int { Int(sqlite3_value_int64(values[column])) }
  func real(_ column: Int) -> Double { sqlite3_value_double(values[column]) }

  func optionalInteger(_ column: Int) -> Int? {
    sqlite3_value_type(values[column]) == SQLITE_NULL ? nil : integer(column)
  }

  func optionalReal(_ column: Int) -> Double? {
    sqlite3_value_type(values[column]) == SQLITE_NULL ? nil : real(column)
  }
}

/// Reads rows of many columns: a function of SQL is handed all columns of a row at once, at half of the cost of asking the
/// statement for each.
struct RowHandover {
  private let rows: RowSelect
  private let receiver = Receiver()

  /// What rows are handed to while they are read.
  private final class Receiver {
    var take: (ColumnValues) -> Void = { _ in }
  }

  private static let function = "handOver"
  private static let pointerType = PointerType(name: "tokenshift.RowHandover")

  /// Makes the function known to a connection. Whoever calls it without a receiver of ours gets nothing.
  static func register(in database: Database) {
    sqlite3_create_function_v2(
      database.sqliteConnection, function, -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nil,
      { _, count, values in
        guard count > 0, let values,
          let receiver = sqlite3_value_pointer(values[0], RowHandover.pointerType.text)
        else { return }
        Unmanaged<Receiver>.fromOpaque(receiver).takeUnretainedValue()
          .take(ColumnValues(values: values + 1))
      }, nil, nil, nil)
  }

  /// The rows of `SELECT columns rest`, in which `?1` is the only parameter.
  ///
  /// Rows come in the order in which they are found: `rest` must not sort.
  init(_ database: Database, columns: String, _ rest: String) throws {
    rows = try RowSelect(database, "SELECT \(Self.function)(?2, \(columns)) \(rest)")
  }

  /// Hands over the rows of the query; columns can be read until the next row.
  func forEach(_ parameter: Int, _ body: (ColumnValues) -> Void) throws {
    try withoutActuallyEscaping(body) { body in
      receiver.take = body
      defer { receiver.take = { _ in } }
      sqlite3_bind_pointer(
        rows.handle, 2, Unmanaged.passUnretained(receiver).toOpaque(), Self.pointerType.text, nil)
      // The statement is kept for others, and must not know of the receiver when it is gone.
      defer { sqlite3_bind_null(rows.handle, 2) }
      try rows.forEach([parameter]) {}
    }
  }
}

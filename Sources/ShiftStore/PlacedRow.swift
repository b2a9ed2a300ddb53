import GRDB

/// Where the columns of a query stand, by name. Of columns with one name the first counts.
struct ColumnPlaces {
  private let places: [String: Int]

  /// - Parameter row: Any row of the query.
  init(of row: Row) {
    places = Dictionary(row.columnNames.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// The place of a column.
  ///
  /// - Throws: ``DamagedRow`` where there is none.
  func place(of column: String) throws -> Int {
    guard let place = places[column] else { throw DamagedRow() }
    return place
  }
}

/// A row of many columns that are read by name, at a third of the cost: a row by itself looks for each name without regard
/// to case.
struct PlacedRow {
  private let row: Row
  private let columns: ColumnPlaces

  init(_ row: Row, _ columns: ColumnPlaces) {
    self.row = row
    self.columns = columns
  }

  /// The value of a column.
  ///
  /// - Throws: ``DamagedRow`` where the value is of another type.
  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
    try row.value(columns.place(of: column))
  }
}

import GRDB

/// A row holds what no index holds: a null or a type where its table has another, a range that ends before it begins.
///
/// SQLite does not look at every byte of a file that it reads. ``StoreError`` tells such a row as a damaged file.
struct DamagedRow: Error {}

extension Row {
  /// The value of a column.
  ///
  /// - Throws: ``DamagedRow`` where the value is of another type.
  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ column: String) throws -> Value {
    do {
      return try decode(forColumn: column)
    } catch {
      throw DamagedRow()
    }
  }

  /// The value of a column by its place.
  ///
  /// - Throws: ``DamagedRow`` where the value is of another type.
  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ place: Int) throws -> Value {
    do {
      return try decode(atIndex: place)
    } catch {
      throw DamagedRow()
    }
  }
}

import GRDB
import GRDBSQLite

/// Inserts many rows: SQLite takes them one by one out of a table that is nowhere stored, at four fifths of the cost of
/// binding each value.
struct RowHandIn {
  private let statement: Statement
  private let handle: OpaquePointer
  private let keys: Int
  private let columns: Int
  private let supplier = Supplier()

  /// Where rows come from while the statement runs.
  private final class Supplier {
    /// Puts down the next row; false after the last.
    var put: (inout RowValues) throws -> Bool = { _ in false }
    /// Whether SQLite has asked for a row behind the last.
    var isTaken = false
    /// Why there are no more rows.
    var failure: (any Error)?
  }

  private static let table = "handIn"
  private static let pointerType = PointerType(name: "tokenshift.RowHandIn")

  /// Makes the table known to a connection. Whoever asks it without a supplier of ours gets no rows.
  static func register(in database: Database) throws {
    let code = sqlite3_create_module_v2(database.sqliteConnection, table, module, nil, nil)
    guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
  }

  /// Rows of a table, of which each column is put down.
  ///
  /// - Parameters:
  ///   - keys: How many columns have one value in all rows of an insert: the first ones.
  ///   - columns: How many others there are.
  init(_ database: Database, into name: String, keys: Int = 0, columns: Int) throws {
    self.keys = keys
    self.columns = columns
    let names = (0..<keys).map { "?\($0 + 2)" } + (0..<columns).map { "c\($0)" }
    statement = try database.cachedStatement(
      sql: "INSERT INTO \(name) SELECT \(names.joined(separator: ", ")) FROM \(Self.table)(?1)")
    handle = statement.sqliteStatement
  }

  /// Inserts one row for each element; none of them where one cannot be put down.
  ///
  /// - Parameter key: The columns that have one value in all rows.
  func insert<Elements: Sequence>(
    _ elements: Elements, behind key: [Int] = [],
    _ put: (Elements.Element, inout RowValues) throws -> Void
  ) throws {
    precondition(key.count == keys, "\(key.count) columns of \(keys) have one value")
    for (place, value) in key.enumerated() { sqlite3_bind_int64(handle, Int32(place + 2), Int64(value)) }
    try withoutActuallyEscaping(put) { put in
      var rest = elements.makeIterator()
      supplier.isTaken = false
      defer { (supplier.put, supplier.failure) = ({ _ in false }, nil) }
      supplier.put = { [supplier] values in
        guard let element = rest.next() else {
          supplier.isTaken = true
          return false
        }
        try put(element, &values)
        precondition(values.count == columns, "\(values.count) columns of \(columns) are put down")
        return true
      }
      sqlite3_bind_pointer(
        handle, 1, Unmanaged.passUnretained(supplier).toOpaque(), Self.pointerType.text, nil)
      // The statement is kept for others, and must not know of the supplier when it is gone.
      defer { sqlite3_bind_null(handle, 1) }
      let code = sqlite3_step(handle)
      sqlite3_reset(handle)
      if let failure = supplier.failure { throw failure }
      // Whatever table of this name the file may hold: rows that nobody took are not in it.
      guard code != SQLITE_DONE || supplier.isTaken else {
        throw DatabaseError(resultCode: .SQLITE_INTERNAL, message: "rows were not taken out of \(Self.table)")
      }
      guard code == SQLITE_DONE else { throw DatabaseError(code, of: handle) }
    }
  }
}

extension RowHandIn {
  /// What SQLite holds while it goes over the rows; the first member is SQLite's own.
  private struct Cursor {
    var base = sqlite3_vtab_cursor()
    var supplier: Unmanaged<Supplier>?
    var place = 0
    var hasRow = false
    var row = RowValues()

    /// SQLite's code for whether that succeeded.
    mutating func turn(to place: Int) -> Int32 {
      self.place = place
      row.clear()
      hasRow = false
      guard let supplier = supplier?.takeUnretainedValue() else { return SQLITE_OK }
      do {
        hasRow = try supplier.put(&row)
        return SQLITE_OK
      } catch {
        supplier.failure = error
        return SQLITE_ERROR
      }
    }

    static func at(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<Cursor> {
      guard let cursor else { preconditionFailure("SQLite asks for a cursor that it was not given") }
      return UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self)
    }
  }

  /// The functions by which SQLite asks. Set once, and never changed.
  private nonisolated(unsafe) static let module: UnsafeMutablePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    module.initialize(to: sqlite3_module())
    setTable(&module.pointee)
    setRows(&module.pointee)
    return module
  }()

  private static func setTable(_ module: inout sqlite3_module) {
    module.xConnect = { connection, _, _, _, table, _ in
      let names = (0..<RowValues.limit).map { "c\($0)" }.joined(separator: ", ")
      let code = sqlite3_declare_vtab(connection, "CREATE TABLE x (\(names), supplier HIDDEN)")
      guard code == SQLITE_OK else { return code }
      let made = UnsafeMutablePointer<sqlite3_vtab>.allocate(capacity: 1)
      made.initialize(to: sqlite3_vtab())
      table?.pointee = made
      return SQLITE_OK
    }
    module.xDisconnect = { table in
      table?.deallocate()
      return SQLITE_OK
    }
    // The supplier is wanted as an argument; without one there are no rows.
    module.xBestIndex = { _, plan in
      guard let plan else { return SQLITE_ERROR }
      plan.pointee.estimatedCost = 1
      for place in 0..<Int(plan.pointee.nConstraint) {
        let constraint = plan.pointee.aConstraint[place]
        guard constraint.iColumn == RowValues.limit, constraint.op == SQLITE_INDEX_CONSTRAINT_EQ else {
          continue
        }
        // Only a plan in which the argument is known before is one.
        guard constraint.usable != 0 else { return SQLITE_CONSTRAINT }
        plan.pointee.aConstraintUsage[place].argvIndex = 1
        plan.pointee.aConstraintUsage[place].omit = 1
        return SQLITE_OK
      }
      return SQLITE_OK
    }
  }

  private static func setRows(_ module: inout sqlite3_module) {
    module.xOpen = { _, cursor in
      let made = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
      made.initialize(to: Cursor())
      cursor?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
      return SQLITE_OK
    }
    module.xClose = { cursor in
      let cursor = Cursor.at(cursor)
      cursor.pointee.row.deallocate()
      cursor.deinitialize(count: 1)
      cursor.deallocate()
      return SQLITE_OK
    }
    module.xFilter = { cursor, _, _, count, arguments in
      let supplier = count > 0 ? sqlite3_value_pointer(arguments?[0], RowHandIn.pointerType.text) : nil
      Cursor.at(cursor).pointee.supplier = supplier.map { Unmanaged.fromOpaque($0) }
      return Cursor.at(cursor).pointee.turn(to: 0)
    }
    module.xNext = { cursor in
      let cursor = Cursor.at(cursor)
      return cursor.pointee.turn(to: cursor.pointee.place + 1)
    }
    module.xEof = { Cursor.at($0).pointee.hasRow ? 0 : 1 }
    module.xColumn = { cursor, context, column in
      guard column < RowValues.limit else { return SQLITE_OK }
      Cursor.at(cursor).pointee.row.tell(Int(column), to: context)
      return SQLITE_OK
    }
    module.xRowid = { cursor, row in
      row?.pointee = Int64(Cursor.at(cursor).pointee.place)
      return SQLITE_OK
    }
  }
}

import GRDB
import Testing

@testable import ShiftStore

/// Rows that SQLite takes out of a table that is nowhere stored are the rows that were put down.
@Suite struct RowHandInTests {
  private static func database() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try queue.write { database in
      try RowHandIn.register(in: database)
      try database.execute(
        sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, value REAL, number INTEGER NOT NULL) STRICT")
    }
    return queue
  }

  private static func put(_ id: Int, _ row: inout RowValues) {
    row.put(id)
    row.put(id.isMultiple(of: 3) ? nil : Double(id) / 7)
    row.put(-id)
  }

  @Test(arguments: [0, 1, 2, 1000])
  func `all columns of all rows go in, nulls too`(count: Int) throws {
    try Self.database().write { database in
      let rows = try RowHandIn(database, into: "t", columns: 3)
      try rows.insert(Array(0..<count), Self.put)
      try rows.insert(Array(count..<count + 2), Self.put)
      let found = try Row.fetchAll(database, sql: "SELECT * FROM t ORDER BY id")
      #expect(found.map { $0["id"] as Int } == Array(0..<count + 2))
      #expect(found.allSatisfy { $0["number"] as Int == -($0["id"] as Int) })
      #expect(
        found.allSatisfy { row in
          let id: Int = row["id"]
          return row["value"] as Double? == (id.isMultiple(of: 3) ? nil : Double(id) / 7)
        })
    }
  }

  @Test func `extremes come through`() throws {
    try Self.database().write { database in
      let rows = try RowHandIn(database, into: "t", columns: 3)
      let values = [-0.0, .infinity, -.infinity, 0x1p-1074, -1e300, .nan]
      try rows.insert(Array(values.indices)) { place, row in
        row.put(place)
        row.put(values[place])
        row.put(place == 0 ? Int.min : Int.max)
      }
      let found = try Row.fetchAll(database, sql: "SELECT * FROM t ORDER BY id")
      #expect(found.map { $0["value"] as Double? } == [0, .infinity, -.infinity, 0x1p-1074, -1e300, nil])
      #expect(found.map { $0["number"] as Int } == [.min] + Array(repeating: .max, count: 5))
    }
  }

  /// Two inserts share one statement of the connection.
  @Test func `each insert hands in its own rows`() throws {
    try Self.database().write { database in
      let (first, second) = (
        try RowHandIn(database, into: "t", columns: 3), try RowHandIn(database, into: "t", columns: 3)
      )
      try first.insert([1], Self.put)
      try second.insert([2], Self.put)
      try first.insert([3], Self.put)
      #expect(try Int.fetchAll(database, sql: "SELECT id FROM t ORDER BY id") == [1, 2, 3])
    }
  }

  @Test func `a row that the table refuses is told, and none of its insert goes in`() throws {
    try Self.database().write { database in
      let rows = try RowHandIn(database, into: "t", columns: 3)
      try rows.insert([1, 2], Self.put)
      #expect(throws: DatabaseError.self) { try rows.insert([3, 2, 4], Self.put) }
      #expect(throws: DatabaseError.self) {
        try rows.insert([5]) { id, row in
          row.put(id)
          row.put(nil as Double?)
          row.put(nil as Int?)
        }
      }
      try rows.insert([6], Self.put)
      #expect(try Int.fetchAll(database, sql: "SELECT id FROM t ORDER BY id") == [1, 2, 6])
    }
  }

  @Test func `who has no supplier gets no rows`() throws {
    try Self.database().write { database in
      let sources = [
        "handIn", "handIn(1)", "handIn(NULL)", "handIn(x'00')", "handIn('x')", "handIn AS a, handIn(a.c0)",
      ]
      for source in sources {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM \(source)")
        #expect(rows.isEmpty, "\(source)")
      }
    }
  }
}

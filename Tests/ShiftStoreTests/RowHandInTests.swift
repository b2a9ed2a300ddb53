import Foundation
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

  @Test func `the first columns can have one value in all rows of an insert`() throws {
    try Self.database().write { database in
      try database.execute(
        sql: """
          CREATE TABLE kept (first INTEGER, second INTEGER, id INTEGER, PRIMARY KEY (first, second, id)) WITHOUT ROWID
          """)
      let rows = try RowHandIn(database, into: "kept", keys: 2, columns: 1)
      try rows.insert(1...2, behind: [7, -8]) { (id: Int, row: inout RowValues) in row.put(id) }
      try rows.insert(1...1, behind: [.max, 0]) { (id: Int, row: inout RowValues) in row.put(id) }
      let found = try Row.fetchAll(database, sql: "SELECT * FROM kept")
      #expect(found.map { $0["first"] as Int } == [7, 7, .max])
      #expect(found.map { $0["second"] as Int } == [-8, -8, 0])
      #expect(found.map { $0["id"] as Int } == [1, 2, 1])
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

  @Test func `texts and bytes of any length are those that were put down`() throws {
    let lengths = [0, 1, 40_000, 30_000, 65_536, 255, 256, 257, 0, 200_000, 7]
    try Self.database().write { database in
      try database.execute(
        sql: "CREATE TABLE kept (text TEXT NOT NULL, bytes BLOB NOT NULL, more TEXT) STRICT")
      let rows = try RowHandIn(database, into: "kept", columns: 3)
      try rows.insert(lengths.enumerated()) { numbered, row in
        let (id, length) = numbered
        row.put(String(repeating: "é\0\(id)", count: length))
        row.put([UInt8](repeating: UInt8(id), count: length))
        row.put("\(id)")
      }
      let found = try Row.fetchAll(database, sql: "SELECT * FROM kept ORDER BY rowid")
      for (id, length) in lengths.enumerated() {
        #expect([UInt8](found[id]["bytes"] as Data) == [UInt8](repeating: UInt8(id), count: length))
        #expect(found[id]["more"] as String == "\(id)")
      }
      let texts = try Data.fetchAll(database, sql: "SELECT CAST(text AS BLOB) FROM kept ORDER BY rowid")
      for (id, length) in lengths.enumerated() {
        #expect(texts[id] == Data(String(repeating: "é\0\(id)", count: length).utf8))
      }
    }
  }

  @Test func `a row that cannot be put down is told, and none of its insert goes in`() throws {
    struct Unknown: Error, Equatable { var id: Int }
    try Self.database().write { database in
      let rows = try RowHandIn(database, into: "t", columns: 3)
      try rows.insert([1], Self.put)
      for failing in [2, 4] {
        #expect(throws: Unknown(id: failing)) {
          try rows.insert(2..<6) { id, row in
            guard id != failing else { throw Unknown(id: id) }
            Self.put(id, &row)
          }
        }
      }
      try rows.insert([7], Self.put)
      #expect(try Int.fetchAll(database, sql: "SELECT id FROM t ORDER BY id") == [1, 7])
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

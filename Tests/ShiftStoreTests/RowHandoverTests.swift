import GRDB
import Testing

@testable import ShiftStore

/// Rows that are handed over are the rows of the query.
@Suite struct RowHandoverTests {
  private struct Taken: Equatable {
    var id: Int
    var value: Double?
    var number: Int?
  }

  private static func database(rows: Int) throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try queue.write { database in
      RowHandover.register(in: database)
      try database.execute(
        sql:
          "CREATE TABLE t (part INTEGER, id INTEGER, value REAL, number INTEGER, PRIMARY KEY (part, id)) STRICT"
      )
      for id in 0..<rows {
        try database.execute(
          sql: "INSERT INTO t VALUES (?, ?, ?, ?)",
          arguments: [id % 2, id, id % 3 == 0 ? nil : Double(id) / 7, id % 5 == 0 ? nil : -id])
      }
    }
    return queue
  }

  private static func taken(_ part: Int, _ rows: RowHandover) throws -> [Taken] {
    var taken: [Taken] = []
    try rows.forEach(part) {
      taken.append(Taken(id: $0.integer(0), value: $0.optionalReal(1), number: $0.optionalInteger(2)))
    }
    return taken
  }

  @Test(arguments: [0, 1, 2, 99])
  func `all columns of all rows come, nulls too`(count: Int) throws {
    try Self.database(rows: count).write { database in
      let rows = try RowHandover(database, columns: "id, value, number", "FROM t WHERE part = ?1")
      for part in [1, 0, 1, 7] {
        let expected = try Row.fetchAll(
          database, sql: "SELECT * FROM t WHERE part = ? ORDER BY id", arguments: [part])
        #expect(
          try Self.taken(part, rows)
            == expected.map { Taken(id: $0["id"], value: $0["value"], number: $0["number"]) })
      }
    }
  }

  /// Two readers share one statement of the connection, and do not get each other's rows.
  @Test func `each reader gets its own rows`() throws {
    try Self.database(rows: 6).write { database in
      let first = try RowHandover(database, columns: "id, value, number", "FROM t WHERE part = ?1")
      let second = try RowHandover(database, columns: "id, value, number", "FROM t WHERE part = ?1")
      #expect(try Self.taken(0, first).map(\.id) == [0, 2, 4])
      #expect(try Self.taken(1, second).map(\.id) == [1, 3, 5])
      #expect(try Self.taken(0, first).map(\.id) == [0, 2, 4])
    }
  }

  @Test func `who has no receiver gets nothing`() throws {
    try Self.database(rows: 3).read { database in
      for arguments in ["", "1", "NULL, id", "id, 'x', x'00'"] {
        let rows = try Row.fetchAll(database, sql: "SELECT handOver(\(arguments)) AS it FROM t")
        #expect(rows.map { $0["it"] as Int? } == [nil, nil, nil])
      }
    }
  }
}

import Foundation
import GRDB
import Testing

@testable import ShiftStore

/// Rows that are gathered are the same rows as those inserted one by one.
@Suite struct RowInsertTests {
  private static func database() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try queue.write {
      try $0.execute(
        sql: """
          CREATE TABLE kept (id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL, value REAL, bytes BLOB) STRICT
          """)
    }
    return queue
  }

  /// Inserts rows with ids in a range: texts and bytes of different lengths, some values null.
  private static func insert(_ ids: Range<Int>, _ row: inout RowInsert) throws {
    for id in ids {
      row.bind(id)
      row.bind(String(repeating: "é", count: id % 5))
      row.bind(id.isMultiple(of: 3) ? nil : Double(id) / 7)
      row.bind([UInt8](repeating: UInt8(truncatingIfNeeded: id), count: id % 4))
      try row.insert()
    }
  }

  private static func rows(_ queue: DatabaseQueue) throws -> [Row] {
    try queue.read { try Row.fetchAll($0, sql: "SELECT * FROM kept ORDER BY id") }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 128, 200])
  func `gathered rows are those inserted one by one`(count: Int) throws {
    let (single, many) = (try Self.database(), try Self.database())
    try single.write { database in
      var row = try RowInsert(database, into: "kept", columns: 4)
      try Self.insert(0..<count, &row)
    }
    try many.write { database in
      try RowInsert.rows(database, into: "kept", columns: 4) { try Self.insert(0..<count, &$0) }
    }
    let rows = try Self.rows(many)
    #expect(rows.count == count)
    #expect(try rows == Self.rows(single))
  }

  @Test func `rows may begin with null`() throws {
    let queue = try DatabaseQueue()
    try queue.write { database in
      try database.execute(sql: "CREATE TABLE loose (a INTEGER, b INTEGER) STRICT")
      try RowInsert.rows(database, into: "loose", columns: 2) { row in
        for id in 0..<65 {
          row.bind(id == 64 ? nil : id)
          row.bind(id)
          try row.insert()
        }
      }
      #expect(try Int.fetchAll(database, sql: "SELECT b FROM loose ORDER BY rowid") == Array(0..<65))
      #expect(try Int.fetchOne(database, sql: "SELECT b FROM loose WHERE a IS NULL") == 64)
    }
  }

  @Test func `texts and bytes of any length are those that were bound`() throws {
    let lengths = [0, 1, 40_000, 30_000, 65_536, 65_537, 0, 200_000, 7]
    let queue = try Self.database()
    try queue.write { database in
      try RowInsert.rows(database, into: "kept", columns: 4) { row in
        for (id, length) in lengths.enumerated() {
          row.bind(id)
          row.bind(String(repeating: "\(id)", count: length))
          row.bind(nil as Double?)
          row.bind([UInt8](repeating: UInt8(id), count: length))
          try row.insert()
        }
      }
    }
    let rows = try Self.rows(queue)
    #expect(
      rows.map { $0["text"] as String } == lengths.enumerated().map { String(repeating: "\($0)", count: $1) })
    #expect(
      rows.map { [UInt8]($0["bytes"] as Data) }
        == lengths.enumerated().map { [UInt8](repeating: UInt8($0), count: $1) })
  }

  @Test func `a second run inserts nothing of the first again`() throws {
    let queue = try Self.database()
    try queue.write { database in
      var row = try RowInsert(database, into: "kept", columns: 4, gathers: true)
      try Self.insert(0..<70, &row)
      try row.finish()
      try row.finish()
      try Self.insert(70..<73, &row)
      try row.finish()
    }
    #expect(try Self.rows(queue).map { $0["id"] as Int } == Array(0..<73))
  }

  @Test(arguments: [false, true])
  func `a repeated key is left out where that is asked for, and is an error elsewhere`(gathers: Bool) throws {
    let queue = try Self.database()
    try queue.write { database in
      var row = try RowInsert(
        database, into: "kept", columns: 4, ignoresRepeated: true, gathers: gathers)
      try Self.insert(0..<3, &row)
      try Self.insert(1..<5, &row)
      try row.finish()
    }
    #expect(try Self.rows(queue).count == 5)
    #expect(throws: DatabaseError.self) {
      try queue.write { database in
        var row = try RowInsert(database, into: "kept", columns: 4, gathers: gathers)
        try Self.insert(4..<6, &row)
        try row.finish()
      }
    }
    #expect(try Self.rows(queue).count == 5, "a transaction with an error leaves nothing")
  }
}

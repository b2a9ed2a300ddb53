import Foundation
import GRDB
import Testing

@testable import ShiftStore

/// Rows that are bound are the rows that stand in the table.
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

  @Test func `a repeated key is left out where that is asked for, and is an error elsewhere`() throws {
    let queue = try Self.database()
    try queue.write { database in
      var row = try RowInsert(database, into: "kept", columns: 4, ignoresRepeated: true)
      try Self.insert(0..<3, &row)
      try Self.insert(1..<5, &row)
    }
    let rows = try Self.rows(queue)
    #expect(rows.map { $0["id"] as Int } == Array(0..<5))
    #expect(rows.map { $0["text"] as String } == (0..<5).map { String(repeating: "é", count: $0) })
    let values: [Double?] = [nil, 1 / 7, 2 / 7, nil, 4 / 7]
    #expect(rows.map { $0["value"] as Double? } == values)
    let bytes: [[UInt8]] = [[], [1], [2, 2], [3, 3, 3], []]
    #expect(rows.map { [UInt8]($0["bytes"] as Data) } == bytes)
    #expect(throws: DatabaseError.self) {
      try queue.write { database in
        var row = try RowInsert(database, into: "kept", columns: 4)
        try Self.insert(4..<6, &row)
      }
    }
    #expect(try Self.rows(queue).count == 5, "a transaction with an error leaves nothing")
  }

  @Test func `bytes that are written into their row are those that stand there`() throws {
    let queue = try Self.database()
    try queue.write { database in
      var row = try RowInsert(database, into: "kept", columns: 4)
      for (id, count) in [0, 1, 255, 5000, 1_000_003].enumerated() {
        row.bind(id)
        row.bind("text")
        row.bind(0.5)
        try row.insert(endingWithZeros: count)
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ id) }
        try bytes.withUnsafeBytes { try database.fill("bytes", of: "kept", row: id, with: $0) }
        let found = try Data.fetchOne(database, sql: "SELECT bytes FROM kept WHERE id = ?", arguments: [id])
        #expect(found.map { [UInt8]($0) } == bytes)
      }
      #expect(throws: DatabaseError.self, "more bytes than there is room for") {
        try [1, 2].withUnsafeBytes { try database.fill("bytes", of: "kept", row: 1, with: $0) }
      }
      #expect(throws: DatabaseError.self, "no such row") {
        try [UInt8]().withUnsafeBytes { try database.fill("bytes", of: "kept", row: 9, with: $0) }
      }
    }
  }
}

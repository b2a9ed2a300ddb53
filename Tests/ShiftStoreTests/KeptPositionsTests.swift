import Foundation
import Measures
import TestSupport
import Testing

@testable import ShiftStore

/// Positions that were set aside are those of the index.
@Suite struct KeptPositionsTests {
  /// Of the index that was opened again the tables are counted from what SQLite gives back, of part of it or all.
  @Test(arguments: [0, 1, 30, 80], 0..<2 as Range<UInt64>)
  func `tables counted from kept positions are those counted from the index`(
    opened: Int, seed: UInt64
  ) throws {
    let study = RandomStudy(seed: seed, sequences: 80, longest: 40)
    let (one, other) = (try TemporaryFolder(), try TemporaryFolder())
    let kept = try study.index(in: one)
    let read = try study.index(in: other, opened: opened)
    let tables = try kept.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").rows
    #expect(tables.count > 20)
    for case .text(let table)? in tables.map(\.first) {
      let sql = "SELECT * FROM \(table)"
      let (rows, others) = (try kept.query(sql).rows, try read.query(sql).rows)
      #expect(rows == others, "\(table)")
    }
  }

  @Test(arguments: [0, 1 << 20])
  func `positions come back as the index gives them, from memory or from a file`(memoryLimit: Int) throws {
    let folder = try TemporaryFolder()
    var kept = KeptPositions(beside: folder.file("x.sqlite"), memoryLimit: memoryLimit, roomLeft: 0)
    var position = PositionMeasures.example(
      position: 3, token: 7, kl: .between(low: 0.5, high: nil), ranks: (nil, 2))
    position.logprobTuned = -0.0
    kept.keep([position], of: 4)
    kept.keep([], of: 5)
    let back = try #require(kept.positions(of: 4))
    #expect(back == [position])
    #expect(back.first?.logprobTuned?.sign == .plus, "SQLite knows one zero")
    #expect(kept.positions(of: 5) == nil)
    #expect(kept.positions(of: 6) == nil)
  }

  /// A sequence that no longer fits into memory goes into the file, and a shorter one behind it may still fit.
  @Test func `what memory has no room for is kept too`() throws {
    let folder = try TemporaryFolder()
    let size = MemoryLayout<PositionMeasures>.stride
    var kept = KeptPositions(beside: folder.file("x.sqlite"), memoryLimit: 3 * size, roomLeft: 0)
    let sequences = [2, 4, 1, 3].map { count in
      (0..<count).map { place in
        PositionMeasures.example(position: place, token: Int32(count), kl: .exact(1), ranks: (1, 1))
      }
    }
    for (id, positions) in sequences.enumerated() { kept.keep(positions, of: id) }
    for (id, positions) in sequences.enumerated() { #expect(kept.positions(of: id) == positions) }
  }

  @Test func `where nothing can be set aside, nothing is kept`() throws {
    let folder = try TemporaryFolder()
    var kept = KeptPositions(beside: folder.file("missing/x.sqlite"), memoryLimit: 0, roomLeft: 0)
    kept.keep([.example(position: 0, token: 1, kl: .exact(1), ranks: (1, 1))], of: 1)
    #expect(kept.positions(of: 1) == nil)
  }

  @Test func `where the disk has little room nothing is kept, and what was is let go`() throws {
    let folder = try TemporaryFolder()
    let position = PositionMeasures.example(position: 0, token: 1, kl: .exact(1), ranks: (1, 1))
    let size = MemoryLayout<PositionMeasures>.stride
    var kept = KeptPositions(beside: folder.file("x.sqlite"), memoryLimit: size, roomLeft: .max)
    kept.keep([position], of: 1)
    #expect(kept.positions(of: 1) == [position])
    kept.keep([position], of: 2)
    #expect(kept.positions(of: 2) == nil)
    #expect(kept.positions(of: 1) == nil)
  }

  /// What others have changed since is counted as it stands in the index.
  @Test(arguments: [
    "UPDATE position SET tokenID = 5", "DELETE FROM position WHERE measurementID = 1",
    "CREATE TRIGGER other AFTER INSERT ON position BEGIN UPDATE position SET tokenID = 5; END",
  ])
  func `rows that others have changed are read again`(change: String) throws {
    func emitted(opened: Bool) throws -> [[QueryResult.Value]] {
      let folder = try TemporaryFolder()
      var index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
      try index.append(Array(ExampleStudy.measurements.prefix(2)), predicted: [])
      try OtherProgram.execute(change, on: index.path)
      try index.append(Array(ExampleStudy.measurements.dropFirst(2)), predicted: [])
      if opened {
        try index.close()
        index = try ShiftIndex.resume(at: index.path)
      }
      try index.finish()
      return try index.query("SELECT * FROM emittedToken").rows
    }
    let (one, other) = (try emitted(opened: false), try emitted(opened: true))
    #expect(one == other)
  }

  /// A table of this name hides the one that rows are handed in by.
  @Test func `an index that holds a table of our name is told, and takes no rows`() throws {
    let folder = try TemporaryFolder()
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try OtherProgram.execute("CREATE TABLE handIn (a)", on: index.path)
    #expect(throws: StoreError.self) { try index.append(ExampleStudy.measurements, predicted: []) }
    #expect(try index.query("SELECT * FROM position").rows.isEmpty)
  }
}

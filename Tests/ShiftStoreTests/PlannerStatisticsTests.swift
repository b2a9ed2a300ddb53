import TestSupport
import Testing

@testable import ShiftStore

/// What SQLite plans queries by is written without reading all positions.
@Suite struct PlannerStatisticsTests {
  @Test(arguments: 0..<3 as Range<UInt64>)
  func `statistics are those of SQLite's own ANALYZE`(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let index = try RandomStudy(seed: seed, sequences: 30, longest: 20).index(in: folder)
    let sql = "SELECT * FROM sqlite_stat1 ORDER BY tbl"
    let written = try index.query(sql).rows
    #expect(written.count == 5)
    for table in ["emittedToken", "position", "task", "rankCount", "comparison"] {
      try OtherProgram.execute("ANALYZE \(table)", on: index.path)
    }
    #expect(try index.query(sql).rows == written)
  }

  @Test func `an index without positions has no statistics of them`() throws {
    let folder = try TemporaryFolder()
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.finish()
    #expect(try index.query("SELECT * FROM sqlite_stat1 WHERE tbl = 'position'").rows.isEmpty)
  }
}

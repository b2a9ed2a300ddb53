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

  @Test func `positions come back as the index gives them`() throws {
    let folder = try TemporaryFolder()
    var kept = KeptPositions(beside: folder.file("x.sqlite"))
    var position = PositionMeasures.example(
      position: 3, token: 7, kl: .between(low: 0.5, high: nil), ranks: (nil, 2))
    position.logprobTuned = -0.0
    kept.keep([position], of: 4)
    kept.keep([], of: 5)
    let back = try #require(try kept.positions(of: 4))
    #expect(back == [position])
    #expect(back.first?.logprobTuned?.sign == .plus, "SQLite knows one zero")
    #expect(try kept.positions(of: 5) == nil)
    #expect(try kept.positions(of: 6) == nil)
  }

  @Test func `where nothing can be set aside, nothing is kept`() throws {
    let folder = try TemporaryFolder()
    var kept = KeptPositions(beside: folder.file("missing/x.sqlite"))
    kept.keep([.example(position: 0, token: 1, kl: .exact(1), ranks: (1, 1))], of: 1)
    #expect(try kept.positions(of: 1) == nil)
  }
}

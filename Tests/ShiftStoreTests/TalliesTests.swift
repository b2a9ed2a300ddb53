import Foundation
import Measures
import ShiftStore
import TestSupport
import Testing

/// The tables counted in one pass are those that SQL counts, table by table, from the same positions.
@Suite struct TalliesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `each table holds what SQL counts`(seed: UInt64) throws {
    let index = try RandomStudy(seed: seed, sequences: 60, longest: 90).index(in: folder)
    for (table, sql) in [
      ("emittedToken", SQLTwins.emittedTokens),
      ("profile", SQLTwins.profile(scale: "absolute", bin: "position")),
      (
        "profile",
        SQLTwins.profile(
          scale: "relative",
          bin: "(2 * position + 1) * 100 / (2 * (length(sequence.tokens) / 4 - sequence.promptLength))")
      ),
    ] {
      let scale = sql.contains("'relative'") ? "relative" : "absolute"
      let filter = table == "profile" ? "WHERE scale = '\(scale)'" : ""
      let columns = table == "profile" ? "*" : SQLTwins.emittedColumns
      let key = table == "profile" ? "bin" : "tokenID"
      let counted = try index.query(
        "SELECT \(columns) FROM \(table) \(filter) ORDER BY comparisonID, taskID, \(key)")
      let twin = try index.query(sql + " ORDER BY 1, 2, \(key)")
      #expect(!counted.rows.isEmpty)
      #expect(counted.rows.count == twin.rows.count)
      for (counted, twin) in zip(counted.rows, twin.rows) {
        for (a, b) in zip(counted, twin) { #expect(Self.agree(a, b), "\(table): \(counted), \(twin)") }
      }
    }
  }

  @Test(arguments: ["klTunedReference", "totalVariation", "rankShift", "logprobShift"])
  func `the extremes are those that SQL puts first`(metric: String) throws {
    let index = try RandomStudy(seed: 5, sequences: 90, longest: 90).index(in: folder)
    let bySign = ["rankShift", "logprobShift"].contains(metric)
    let counted = try index.query(
      "SELECT * FROM extreme WHERE metric = '\(metric)' ORDER BY comparisonID, taskID, place")
    let twin = try index.query(
      SQLTwins.extremes(
        of: metric, value: bySign ? metric : "coalesce(\(metric), \(metric)Low)",
        order: bySign ? "abs(\(metric))" : "coalesce(\(metric), \(metric)Low)"))
    #expect(counted.rows.contains { $0[3] == .integer(ShiftIndex.extremeCount) })
    #expect(counted.rows == twin.rows)
  }

  @Test(arguments: Metric.allCases, [nil, "math"])
  func `the most shifted positions are the same whether they are kept or looked for`(
    metric: Metric, task: String?
  ) throws {
    let index = try RandomStudy(seed: 6, sequences: 90, longest: 90).index(in: folder)
    let all = try index.comparisons()
    func top(_ limit: Int) throws -> [String] {
      try index.top(by: metric, in: all, task: task, limit: limit, context: 0).map {
        "\($0.comparison.id) \($0.sequence) \($0.measures.position)"
      }
    }
    let kept = try top(ShiftIndex.extremeCount)
    let looked = try top(ShiftIndex.extremeCount * 3)
    #expect(kept.count == ShiftIndex.extremeCount)
    #expect(looked.count == ShiftIndex.extremeCount * 3)
    #expect(Array(looked.prefix(kept.count)) == kept)
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `the total of a token over all tasks is the sum of its rows`(seed: UInt64) throws {
    let index = try RandomStudy(seed: seed, sequences: 60, longest: 90).index(in: folder)
    let counted = try index.query("SELECT * FROM emittedTokenTotal ORDER BY comparisonID, tokenID")
    let twin = try index.query(SQLTwins.emittedTokenTotals + " ORDER BY 1, 2")
    #expect(counted.rows.count == 24)
    #expect(counted.rows.count == twin.rows.count)
    for (counted, twin) in zip(counted.rows, twin.rows) {
      for (a, b) in zip(counted, twin) { #expect(Self.agree(a, b), "\(counted), \(twin)") }
    }
  }

  @Test(arguments: TokenKindColumn.allCases, [nil, "math"])
  func `the kinds of tokens are the sums of their tokens`(column: TokenKindColumn, task: String?) throws {
    let index = try RandomStudy(seed: 2, sequences: 60, longest: 90).index(in: folder)
    let kinds = try index.tokenKinds()
    let names = Set(kinds.values.map(column.name)).sorted()
    let groups = kinds.mapValues { names.firstIndex(of: column.name($0)) ?? 0 }
    for comparisons in [
      try index.comparisons(of: "sft", source: .own), try index.comparisons(of: nil, source: .all),
    ] {
      let found = try index.emittedDrift(in: comparisons, task: task, by: column)
      let twin = try index.emittedDrift(in: comparisons, task: task, groups: groups)
      let medians = try index.medians(of: twin.map(\.tokenID), in: comparisons, task: task, groups: groups)
      #expect(found.map(\.name) == twin.map { names[$0.tokenID] })
      #expect(!found.isEmpty)
      for (kind, twin) in zip(found, twin) {
        #expect(kind.drift.count == twin.count)
        #expect(kind.drift.shiftedShare == twin.shiftedShare)
        #expect(kind.drift.rankShiftMean == twin.rankShiftMean)
        #expect(kind.drift.rankShiftMedian == medians[twin.tokenID])
        let mean = try #require(twin.klTunedReferenceMeanLow)
        #expect(abs(try #require(kind.drift.klTunedReferenceMeanLow) - mean) < 1e-12)
      }
    }
  }

  @Test func `the bytes of an index do not depend on the threads that count`() throws {
    let study = RandomStudy(seed: 3, sequences: 80, longest: 400)
    let other = try TemporaryFolder()
    let bytes = try [(folder, 1), (other, 3)].map { folder, threads in
      let index = try study.index(in: folder, threads: threads)
      try index.close()
      return try Data(contentsOf: URL(filePath: index.path))
    }
    #expect(bytes[0].count > 100_000)
    #expect(bytes[0] == bytes[1])
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `what a prompt adds to a token is what SQL counts`(seed: UInt64) throws {
    let index = try RandomStudy(seed: seed, sequences: 60, longest: 90).index(in: folder)
    let counted = try index.query(
      "SELECT comparisonID, taskID, prompt, length(tokens) / 52 FROM promptToken ORDER BY 1, 2, 3")
    let twin = try index.query(
      """
      SELECT comparisonID, taskID, prompt, count(DISTINCT tokenID) FROM position
      JOIN measurement ON measurement.id = measurementID JOIN sequence ON sequence.id = sequenceID
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """)
    #expect(!counted.rows.isEmpty)
    #expect(counted.rows == twin.rows)
  }

  @Test func `no row names one that is not there`() throws {
    let index = try RandomStudy(seed: 1, sequences: 60, longest: 90).index(in: folder)
    #expect(try index.query("SELECT * FROM pragma_foreign_key_check").rows.isEmpty)
  }

  /// Sums of the same numbers in the same order are equal; SQL may add those of one group in another one.
  private static func agree(_ a: QueryResult.Value, _ b: QueryResult.Value) -> Bool {
    guard case .real(let x) = a, case .real(let y) = b else { return a == b }
    return abs(x - y) <= 1e-12 * max(1, abs(x))
  }
}

import Foundation
import GRDB
public import Measures
import Tokenization

/// A position with what stands around it.
public struct ShiftedPosition: Sendable {
  /// The comparison it belongs to.
  public var comparison: Comparison
  /// The task's name.
  public var task: String
  /// The sequence's name.
  public var sequence: String
  /// The position and its figures.
  public var measures: PositionMeasures
  /// The tokens just before it, prompt included, oldest first.
  public var before: [Int]
  /// The tokens just after it.
  public var after: [Int]
}

/// The mean shift over a stretch of the response.
public struct ProfileRow: Equatable, Sendable {
  /// The comparison.
  public var comparison: Comparison
  /// The first bin of the stretch: a position, or a percentage of the response.
  public var start: Int
  /// The bin after the last one.
  public var end: Int
  /// The positions in it.
  public var count: Int
  /// The share of them whose emitted token the reference ranked beyond 3.
  public var shiftedShare: Double?
  /// The mean of reference rank minus tuned rank.
  public var rankShiftMean: Double?
  /// The mean of `KL(tuned ‖ reference)`, or of its lower bounds, in nats.
  public var klTunedReferenceMeanLow: Double?
  /// The mean of its upper bounds; equal to the lower for dense traces, nil where there is none.
  public var klTunedReferenceMeanHigh: Double?
  /// The mean of the Jensen–Shannon divergence, or of its lower bounds, in nats.
  public var jensenShannonMeanLow: Double?
  /// The mean of its upper bounds; equal to the lower for dense traces.
  public var jensenShannonMeanHigh: Double?
  /// The intervals of the means, by the names `klTunedReference` and `jensenShannon`, of the lower bounds, `shiftedShare` and
  /// `rankShift`.
  public var bands: [String: ClosedRange<Double>] = [:]
}

/// How a response is cut into stretches.
public enum ProfileScale: String, CaseIterable, Sendable {
  /// By the number of tokens from its beginning.
  case absolute
  /// By the hundredth part of its length.
  case relative
}

extension ShiftIndex {
  /// The most shifted positions of these comparisons, most shifted first.
  ///
  /// - Parameters:
  ///   - limit: How many. Up to ``extremeCount`` are found at once; for more, all positions are looked at.
  ///   - context: How many tokens before and after.
  public func top(
    by metric: Metric, in comparisons: [Comparison], task: String?, limit: Int, context: Int
  ) throws -> [ShiftedPosition] {
    let named = Dictionary(uniqueKeysWithValues: comparisons.map { ($0.id, $0) })
    return try reading { database in
      let shifted =
        limit <= Self.extremeCount
        ? """
        SELECT comparisonID, measurementID, position, value FROM extreme
        WHERE metric = '\(metric.rawValue)' AND \(try sliceFilter(comparisons, task: task, of: "extreme", database))
        """
        : """
        SELECT comparisonID, measurementID, position, \(metric.sql) AS value FROM position
        JOIN measurement ON measurement.id = measurementID JOIN sequence ON sequence.id = sequenceID
        WHERE \(try sliceFilter(comparisons, task: task, of: "measurement", taskIn: "sequence", database))
        """
      return try Row.fetchAll(
        database,
        sql: """
          WITH found AS (
            SELECT * FROM (\(shifted)) WHERE value IS NOT NULL
            ORDER BY abs(value) DESC, measurementID, position LIMIT ?)
          SELECT found.comparisonID, task.name AS task, sequence.name AS sequence, sequence.promptLength,
            sequence.tokens, position.*
          FROM found
          JOIN position USING (measurementID, position)
          JOIN measurement ON measurement.id = found.measurementID
          JOIN sequence ON sequence.id = measurement.sequenceID
          JOIN task ON task.id = sequence.taskID
          ORDER BY abs(found.value) DESC, found.measurementID, found.position
          """, arguments: [limit]
      ).compactMap { row in
        try named[row.value("comparisonID")].map {
          try ShiftedPosition(row, comparison: $0, context: context)
        }
      }
    }
  }

  /// The columns `nameLow` and `nameHigh`, the bounds of a divergence over the rows of `profile`: sums, or means where the
  /// column that counts positions is given. The upper one is null as soon as one row has none.
  static func tallyBounds(of figure: String, as name: String, over count: String? = nil) -> String {
    let part = count.map { " / nullif(sum(\($0)), 0)" } ?? ""
    return """
      sum(\(figure)SumLow)\(part) AS \(name)Low,
      CASE WHEN count(*) = count(\(figure)SumHigh) THEN sum(\(figure)SumHigh)\(part) END AS \(name)High
      """
  }

  /// The profile of the shift along the response.
  ///
  /// Means of the stretches of ``ProfileScale/edges`` have intervals from the spread between prompts.
  ///
  /// - Parameter edges: Where stretches begin, rising; the last one reaches to the end.
  public func profile(
    _ scale: ProfileScale, edges: [Int], in comparisons: [Comparison], task: String?
  ) throws -> [ProfileRow] {
    let stretches =
      "VALUES "
      + zip(edges, edges.dropFirst() + [Int(Int32.max)]).map { "(\($0), \($1))" }
      .joined(separator: ", ")
    let named = Dictionary(uniqueKeysWithValues: comparisons.map { ($0.id, $0) })
    return try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "profile", database)
      let chosenTask = try task.map { try taskID(of: $0, database) }
      let hasBands = edges == scale.edges
      return try Row.fetchAll(
        database,
        sql: """
          WITH stretch (start, "end") AS (\(stretches))
          SELECT comparisonID, start, "end", sum(count) AS count, max(bin) AS lastBin,
            sum(shifted) * 1.0 / nullif(sum(rankedCount), 0) AS shiftedShare,
            sum(rankShiftSum) * 1.0 / nullif(sum(rankShiftCount), 0) AS rankShiftMean,
            \(Self.tallyBounds(of: "klTunedReference", as: "kl", over: "klTunedReferenceCount")),
            \(Self.tallyBounds(of: "jensenShannon", as: "js", over: "jensenShannonCount"))
          FROM stretch JOIN profile ON bin >= start AND bin < "end"
          WHERE scale = ? AND \(filter)
          GROUP BY comparisonID, start ORDER BY comparisonID, start
          """, arguments: [scale.rawValue]
      ).compactMap { row in
        guard let comparison = try named[row.value("comparisonID")] else { return nil }
        let bands =
          hasBands
          ? try Self.bands(scale, start: row.value("start"), of: comparison, taskID: chosenTask, database)
          : [:]
        return try ProfileRow(
          comparison: comparison, start: row.value("start"),
          end: min(row.value("end"), scale == .relative ? 100 : row.value("lastBin") + 1),
          count: row.value("count"), shiftedShare: row.value("shiftedShare"),
          rankShiftMean: row.value("rankShiftMean"),
          klTunedReferenceMeanLow: row.value("klLow"), klTunedReferenceMeanHigh: row.value("klHigh"),
          jensenShannonMeanLow: row.value("jsLow"), jensenShannonMeanHigh: row.value("jsHigh"),
          bands: bands)
      }
    }
  }

  private static func bands(
    _ scale: ProfileScale, start: Int, of comparison: Comparison, taskID: Int?, _ database: Database
  ) throws -> [String: ClosedRange<Double>] {
    // A null task comes first where there is one; a comparison on one task has that one alone.
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT measure, intervalLow, intervalHigh FROM band
        WHERE comparisonID = ?1 AND scale = ?2 AND start = ?3 AND taskID IS coalesce(?4, (
          SELECT taskID FROM band WHERE comparisonID = ?1 ORDER BY taskID LIMIT 1))
        """, arguments: [comparison.id, scale.rawValue, start, taskID])
    return try rows.reduce(into: [:]) { bands, row in
      let (low, high): (Double, Double) = try (row.value("intervalLow"), row.value("intervalHigh"))
      guard low <= high else { throw DamagedRow() }
      bands[try row.value("measure")] = low...high
    }
  }
}

extension ShiftedPosition {
  fileprivate init(_ row: Row, comparison: Comparison, context: Int) throws {
    let measures = try PositionMeasures(row)
    let tokens: Data = try row.value("tokens")
    let count = tokens.count / 4
    let promptLength: Int = try row.value("promptLength")
    guard (0...count).contains(promptLength), (0..<count - promptLength).contains(measures.position) else {
      throw DamagedRow()
    }
    let place = promptLength + measures.position
    func token(_ index: Int) -> Int {
      tokens.withUnsafeBytes {
        Int(Int32(littleEndian: $0.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)))
      }
    }
    try self.init(
      comparison: comparison, task: row.value("task"), sequence: row.value("sequence"), measures: measures,
      before: (max(0, place - context)..<place).map(token),
      after: (min(count, place + 1)..<min(count, place + 1 + context)).map(token))
  }
}

extension PositionMeasures {
  /// A row of the table `position`.
  init(_ row: Row) throws {
    func figure(_ name: String) throws -> Figure {
      if let value = try row.value(name) as Double? { return .exact(value) }
      return try .between(low: row.value(name + "Low"), high: row.value(name + "High"))
    }
    try self.init(
      position: row.value("position"), tokenID: TokenID(row.value("tokenID")),
      divergences: Divergences(
        klTunedReference: figure("klTunedReference"), klReferenceTuned: figure("klReferenceTuned"),
        jensenShannon: figure("jensenShannon"), totalVariation: figure("totalVariation"),
        entropyReference: figure("entropyReference"), entropyTuned: figure("entropyTuned")),
      logprobReference: row.value("logprobReference"), logprobTuned: row.value("logprobTuned"),
      rankReference: row.value("rankReference"), rankReferenceLow: row.value("rankReferenceLow"),
      rankTuned: row.value("rankTuned"),
      topReference: TokenID(row.value("topReference")), topTuned: TokenID(row.value("topTuned")),
      coverageReference: row.value("coverageReference"), coverageTuned: row.value("coverageTuned"),
      topOverlap: row.value("topOverlap"))
  }
}

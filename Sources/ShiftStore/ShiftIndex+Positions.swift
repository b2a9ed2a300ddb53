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
      let positions = try database.cachedStatement(
        sql: "SELECT * FROM position WHERE measurementID = ? AND position = ?")
      // Each once: texts are long, and many positions may be of one.
      var texts: [Int: ShiftedText] = [:]
      let query = try shiftedPositions(by: metric, in: comparisons, task: task, limit, database)
      return try Self.places(query, limit, database).compactMap { place in
        guard let comparison = named[place.comparisonID] else { return nil }
        let text = try texts[place.measurementID] ?? ShiftedText(of: place.measurementID, database)
        texts[place.measurementID] = text
        guard let row = try Row.fetchOne(positions, arguments: [place.measurementID, place.position]) else {
          throw DamagedRow()
        }
        return try ShiftedPosition(PositionMeasures(row), comparison: comparison, text, context: context)
      }
    }
  }

  /// Where a position is.
  private typealias Place = (comparisonID: Int, measurementID: Int, position: Int)

  /// A query for positions with their `value`: of those that are kept as long as they suffice, else of all.
  private func shiftedPositions(
    by metric: Metric, in comparisons: [Comparison], task: String?, _ limit: Int, _ database: Database
  ) throws -> String {
    guard limit > Self.extremeCount else {
      return """
        SELECT comparisonID, measurementID, position, value FROM extreme
        WHERE metric = '\(metric.rawValue)' AND \(try sliceFilter(comparisons, task: task, of: "extreme", database))
        """
    }
    return """
      SELECT comparisonID, measurementID, position, \(metric.sql) AS value FROM position
      JOIN measurement ON measurement.id = measurementID JOIN sequence ON sequence.id = sequenceID
      WHERE \(try sliceFilter(comparisons, task: task, of: "measurement", taskIn: "sequence", database))
      """
  }

  /// The largest of the positions that a query finds. Nothing but places is sorted: with their rows it would be gigabytes.
  private static func places(_ query: String, _ limit: Int, _ database: Database) throws -> [Place] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT comparisonID, measurementID, position FROM (\(query)) WHERE value IS NOT NULL
        ORDER BY abs(value) DESC, measurementID, position LIMIT ?
        """, arguments: [limit])
    var places: [Place] = []
    while let row = try rows.next() { places.append(try (row.value(0), row.value(1), row.value(2))) }
    return places
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

/// The text of a measurement, from which what stands around a position is taken.
private struct ShiftedText {
  let task: String
  let sequence: String
  let promptLength: Int
  let tokens: [Int32]

  init(of measurementID: Int, _ database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        SELECT task.name AS task, sequence.name AS sequence, promptLength, tokens
        FROM measurement JOIN sequence ON sequence.id = sequenceID JOIN task ON task.id = taskID
        WHERE measurement.id = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [measurementID]) else { throw DamagedRow() }
    (task, sequence, promptLength) = try (row.value("task"), row.value("sequence"), row.value("promptLength"))
    let bytes: Data = try row.value("tokens")
    tokens = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self))
      }
    }
  }

  /// The place of a position of the response among all tokens.
  func place(of position: Int) throws -> Int {
    guard (0...tokens.count).contains(promptLength), (0..<tokens.count - promptLength).contains(position)
    else { throw DamagedRow() }
    return promptLength + position
  }
}

extension ShiftedPosition {
  fileprivate init(
    _ measures: PositionMeasures, comparison: Comparison, _ text: ShiftedText, context: Int
  ) throws {
    let place = try text.place(of: measures.position)
    self.init(
      comparison: comparison, task: text.task, sequence: text.sequence, measures: measures,
      before: text.tokens[max(0, place - context)..<place].map { Int($0) },
      after: text.tokens[min(text.tokens.count, place + 1)..<min(text.tokens.count, place + 1 + context)]
        .map { Int($0) })
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

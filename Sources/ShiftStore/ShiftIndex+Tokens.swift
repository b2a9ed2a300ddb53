import Foundation
import GRDB

extension ShiftIndex {
  /// The means over the rows of a table of tallies, `profile`. The upper bound of the divergence is null as soon as
  /// one row has none.
  static let tallyMeans = """
    sum(rankShiftSum) * 1.0 / nullif(sum(rankShiftCount), 0) AS rankShiftMean,
    sum(klTunedReferenceSumLow) / nullif(sum(klTunedReferenceCount), 0) AS klLow,
    CASE WHEN count(*) = count(klTunedReferenceSumHigh)
         THEN sum(klTunedReferenceSumHigh) / nullif(sum(klTunedReferenceCount), 0) END AS klHigh
    """

  /// How every vocabulary token fared where it stands in the text of these comparisons, by rising id.
  ///
  /// - Parameters:
  ///   - task: One task, or nil for all.
  ///   - groups: The group of each token id, where tokens are taken together; one without is left out.
  public func emittedDrift(
    in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> [EmittedDrift] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "emittedToken", database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT tokenID, count, unshifted, marginal, shifted, rankShiftCount, rankShiftSum, logprobShiftCount,
            logprobShiftSum, klTunedReferenceCount, klTunedReferenceSumLow, klTunedReferenceSumHigh
          FROM emittedToken WHERE \(filter) ORDER BY comparisonID, taskID, tokenID
          """)
      var sums: [Int: EmittedTokenSums] = [:]
      while let row = try rows.next() {
        let token: Int = row[0]
        guard let id = groups == nil ? token : groups?[token] else { continue }
        sums[id, default: EmittedTokenSums()].add(row)
      }
      return sums.sorted { $0.key < $1.key }.map { $0.value.drift(of: $0.key) }
    }
  }

  /// The median rank shift of some tokens, or groups of tokens.
  public func medians(
    of ids: some Swift.Sequence<Int>, in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> [Int: Double] {
    let wanted = Set(ids)
    let tokens = groups.map { $0.filter { wanted.contains($0.value) }.keys.sorted() } ?? wanted.sorted()
    var histograms: [Int: RankShiftHistogram] = [:]
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "emittedToken", database)
      let statement = try database.cachedStatement(
        sql: "SELECT rankShifts FROM emittedToken WHERE \(filter) AND tokenID = ?")
      for token in tokens {
        let rows = try Row.fetchCursor(statement, arguments: [token])
        while let row = try rows.next() {
          try row.withUnsafeData(atIndex: 0) { data in
            data?.withUnsafeBytes {
              histograms[groups?[token] ?? token, default: RankShiftHistogram()].add($0)
            }
          }
        }
      }
    }
    return histograms.compactMapValues(\.median)
  }

  /// How probability moved, token by token, by rising id. Empty where no trace was dense.
  ///
  /// Over several slices the means are weighted by positions.
  public func predictedDrift(
    in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> [PredictedDrift] {
    try reading { database in
      let filter = try sliceFilter(comparisons, task: task, of: "predictedSum", database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          WITH slice AS (
            SELECT comparisonID, taskID, positions, positions + infinitePositions AS allPositions
            FROM predictedSum WHERE \(filter))
          SELECT tokenID, klShareMean * positions / (SELECT sum(positions) FROM slice),
            movedMassMean * allPositions / (SELECT sum(allPositions) FROM slice)
          FROM slice JOIN predictedToken USING (comparisonID, taskID)
          ORDER BY comparisonID, taskID, tokenID
          """)
      var drifts: [Int: PredictedDrift] = [:]
      while let row = try rows.next() {
        let token: Int = row[0]
        guard let id = groups == nil ? token : groups?[token] else { continue }
        var drift = drifts[id] ?? PredictedDrift(tokenID: id, klShareMean: 0, movedMassMean: 0)
        drift.klShareMean = (drift.klShareMean ?? 0) + (row[1] ?? 0)
        drift.movedMassMean += row[2]
        drifts[id] = drift
      }
      return drifts.values.sorted { $0.tokenID < $1.tokenID }
    }
  }

  /// The condition that keeps the rows of these comparisons and this task in a table.
  func sliceFilter(
    _ comparisons: [Comparison], task: String?, of table: String, _ database: Database
  ) throws -> String {
    let ids = comparisons.map { String($0.id) }.joined(separator: ", ")
    let slice = "\(table).comparisonID IN (\(ids))"
    guard let task else { return slice }
    return "\(slice) AND \(table).taskID = \(try taskID(of: task, database))"
  }
}

import Foundation
import GRDB
import Statistics

/// What a contrast of predicted tokens compares.
public enum PredictedMetric: String, CaseIterable, Sendable {
  /// Probability moved onto the token, mean over positions.
  case movedMass
  /// The token's additive share of `KL(tuned ‖ reference)`, mean over positions, in nats. Dense traces only.
  case klShare
}

/// Predicted tokens under two tuned models.
public struct PredictedContrast: Sendable {
  /// The tokens, by rising id.
  public var rows: [TokenContrast]
  /// The prompts that both models have, over which means are taken.
  public var prompts: Int
  /// How far below and above a mean the true one can lie, because truncated traces do not list every token: the larger
  /// of the two models. 0 for dense traces. Of a group it is all the probability that is not listed, of one token what
  /// a token that is not listed can have.
  public var unlisted: ClosedRange<Double>
}

extension ShiftIndex {
  /// How probability moved onto vocabulary tokens, wherever they stand, under two tuned models.
  ///
  /// Means are by prompt: of each prompt that both models have, the mean over its positions. A token to which a
  /// prompt moved nothing counts as 0 there.
  ///
  /// - Returns: Nil where the traces do not tell: shares of KL of a truncated trace, or no prompt in common.
  public func predictedContrast(
    _ request: ContrastRequest, metric: PredictedMetric
  ) throws -> PredictedContrast? {
    let first = try predictedSums(request.first, request)
    let second = try predictedSums(request.second, request)
    if metric == .klShare, !(first.isDense && second.isDense) { return nil }
    let shared = Set(first.prompts.keys).intersection(second.prompts.keys).sorted()
    guard !shared.isEmpty else { return nil }
    let clusters = Dictionary(uniqueKeysWithValues: shared.enumerated().map { ($1, $0) })
    let places = (first.places(metric, clusters), second.places(metric, clusters))
    let ids = Set(first.ids).union(second.ids).sorted()
    let tests = ContrastTests(
      clusterCount: shared.count, flips: request.flips, minimumClusters: request.minimumPrompts)
    // What prompts add is gathered token by token: of all tokens at once it would take several times as much memory.
    let results = tests.results(ids.count, weighting: .byCluster, threads: request.threads) { place in
      let contrast = ClusteredContrast(
        first: first.totals(of: ids[place], metric, places.0),
        second: second.totals(of: ids[place], metric, places.1))
      return contrast.first.isEmpty && contrast.second.isEmpty ? nil : contrast
    }
    let counts = (first.positions(clusters), second.positions(clusters))
    let rows = zip(ids, results).compactMap { id, result in
      result.map { TokenContrast(id: id, firstCount: counts.0, secondCount: counts.1, result: $0) }
    }
    let bounds = [first.unlisted(clusters), second.unlisted(clusters)]
    return PredictedContrast(
      rows: rows, prompts: shared.count,
      unlisted: -(bounds.map(\.reference).max() ?? 0)...(bounds.map(\.tuned).max() ?? 0))
  }

  func predictedSums(
    _ comparisons: [Comparison], _ request: ContrastRequest
  ) throws -> PredictedSums {
    try reading { database in
      // Of one token that is not listed it is known how much it can have; of a group, all of them may be in it.
      let unlisted =
        request.groups == nil
        ? "unlistedReference, unlistedTuned"
        : """
        max(0.0, movedToken.positions - coverageReferenceSum), max(0.0, movedToken.positions - coverageTunedSum)
        """
      let slice = try sliceFilter(
        comparisons, task: request.task, of: "measurement", taskIn: "sequence", database)
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT taskID, prompt, movedToken.positions, sharePositions, \(unlisted), tokenCount,
            movedToken.tokens
          FROM movedToken
          JOIN measurement ON measurement.id = measurementID
          JOIN sequence ON sequence.id = sequenceID
          WHERE \(slice) ORDER BY measurementID
          """)
      var sums = PredictedSums()
      while let row = try rows.next() {
        let sharePositions: Int? = try row.value(3)
        try sums.beginSequence(
          prompt: TaskPrompt(taskID: row.value(0), name: row.value(1)), positions: row.value(2),
          sharePositions: sharePositions,
          unlisted: (row.value(4), row.value(5)))
        let count: Int = try row.value(6)
        try row.withUnsafeData(atIndex: 7) { data in
          try (data ?? Data()).withUnsafeBytes { bytes in
            try MovedTokens.forEach(in: bytes, count: count, isDense: sharePositions != nil) { entry in
              if let id = request.groups.id(of: Int(entry.tokenID)) { sums.add(entry, to: id) }
            }
          }
        }
      }
      return sums
    }
  }
}

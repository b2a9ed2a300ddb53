import Foundation
import GRDB
import Statistics

extension ShiftIndex {
  /// The level of the intervals of ``summary(of:task:weighting:)``.
  public static let confidence = 0.95

  /// The headline table: each comparison on each task, then on all of its tasks together where it has several.
  ///
  /// Intervals come from a bootstrap that resamples prompts, because the positions of one response, and the
  /// responses to one prompt, are not independent.
  ///
  /// - Parameters:
  ///   - task: One task, or nil for all.
  ///   - weighting: What counts the same, each token or each sequence.
  public func summary(
    of comparisons: [Comparison], task: String?, weighting: Weighting
  ) throws -> [SummaryRow] {
    let sequences = try reading { database in
      if let task { _ = try taskID(of: task, database) }
      return try SequenceStatistics.fetchAll(database)
    }
    // Draws depend on the number of prompts only, so rows with as many prompts share them.
    var bootstraps: [Int: ClusteredBootstrap] = [:]
    func row(_ comparison: Comparison, _ task: String?, _ sequences: [SequenceStatistics]) -> SummaryRow {
      let prompts = Set(sequences.map(\.prompt)).count
      let bootstrap = bootstraps[prompts] ?? ClusteredBootstrap(clusterCount: prompts)
      bootstraps[prompts] = bootstrap
      return SummaryRow(comparison, task: task, SequenceMeans(sequences, weighting, bootstrap))
    }
    return comparisons.flatMap { comparison -> [SummaryRow] in
      let own = sequences.filter { $0.comparisonID == comparison.id && (task == nil || $0.task == task) }
      let tasks = own.map(\.task).uniqued
      var rows = tasks.map { task in row(comparison, task, own.filter { $0.task == task }) }
      if tasks.count > 1 { rows.append(row(comparison, nil, own)) }
      return rows
    }
  }
}

extension SummaryRow {
  /// The means over these sequences.
  fileprivate init(_ comparison: Comparison, task: String?, _ means: SequenceMeans) {
    let sequences = means.sequences
    self.init(
      comparison: comparison, task: task, sequences: sequences.count, prompts: means.promptCount,
      positions: sequences.reduce(0) { $0 + $1.positions },
      excluded: sequences.reduce(0) { $0 + $1.excluded },
      infinite: sequences.reduce(0) { $0 + $1.infinite },
      klTunedReference: means.estimate("klTunedReference", within: 0...(.infinity)),
      klReferenceTuned: means.estimate("klReferenceTuned", within: 0...(.infinity)),
      jensenShannon: means.estimate("jensenShannon", within: 0...log(2)),
      totalVariation: means.estimate("totalVariation", within: 0...1),
      entropyReference: means.estimate("entropyReference", within: 0...(.infinity)),
      entropyTuned: means.estimate("entropyTuned", within: 0...(.infinity)),
      rankShift: means.estimate("rankShift", within: -.infinity ... .infinity),
      logprobShift: means.estimate("logprobShift", within: -.infinity ... .infinity),
      unshifted: means.estimate("unshifted", within: 0...1),
      marginal: means.estimate("marginal", within: 0...1),
      shifted: means.estimate("shifted", within: 0...1),
      topAgreement: means.estimate("topAgreement", within: 0...1),
      coverageReference: means.estimate("coverageReference", within: 0...1),
      coverageTuned: means.estimate("coverageTuned", within: 0...1))
  }
}

/// Takes means over sequences, with intervals that resample their prompts.
private struct SequenceMeans {
  let sequences: [SequenceStatistics]
  private let prompts: [String: Int]
  private let weighting: Weighting
  private let bootstrap: ClusteredBootstrap

  init(_ sequences: [SequenceStatistics], _ weighting: Weighting, _ bootstrap: ClusteredBootstrap) {
    self.sequences = sequences
    self.weighting = weighting
    self.bootstrap = bootstrap
    let names = sequences.map(\.prompt).uniqued
    prompts = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
  }

  var promptCount: Int { bootstrap.clusterCount }

  /// The mean of one quantity; nil where no sequence has a value. Intervals are cut to the quantity's range.
  func estimate(_ name: String, within range: ClosedRange<Double>) -> Estimate? {
    let present = sequences.compactMap { sequence in
      sequence.figures[name].flatMap {
        $0.count > 0 ? (cluster: prompts[sequence.prompt] ?? 0, sums: $0) : nil
      }
    }
    func mean(_ sum: (SequenceStatistics.Sums) -> Double) -> Estimate.Mean? {
      let totals = present.map { cluster, sums in
        switch weighting {
        case .token: ClusterTotal(cluster: cluster, sum: sum(sums), count: sums.count)
        case .sequence: ClusterTotal(cluster: cluster, sum: sum(sums) / sums.count, count: 1)
        }
      }
      guard let value = Statistics.mean(of: totals) else { return nil }
      let interval = bootstrap.interval(ofMean: totals, level: ShiftIndex.confidence).flatMap {
        // Prompts that all say the same, such as no shifted token at all, do not show how far others may be off.
        $0.low < $0.high ? ($0.low...$0.high).clamped(to: range) : nil
      }
      return Estimate.Mean(value, interval: interval)
    }
    guard let low = mean(\.low) else { return nil }
    if present.allSatisfy({ $0.sums.low == $0.sums.high }) { return Estimate(.exact(low)) }
    guard present.allSatisfy({ $0.sums.high != nil }) else { return Estimate(.between(low: low, high: nil)) }
    return Estimate(.between(low: low, high: mean { $0.high ?? .infinity }))
  }
}

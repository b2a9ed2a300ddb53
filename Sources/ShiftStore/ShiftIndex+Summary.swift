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
    let sequences = try queue.read { database in
      if let task { _ = try taskID(of: task, database) }
      return try SequenceStatistics.fetchAll(database)
    }
    return comparisons.flatMap { comparison -> [SummaryRow] in
      let own = sequences.filter { $0.comparisonID == comparison.id && (task == nil || $0.task == task) }
      let tasks = own.map(\.task).uniqued
      var rows = tasks.map { task in
        SummaryRow(comparison, task: task, own.filter { $0.task == task }, weighting)
      }
      if tasks.count > 1 { rows.append(SummaryRow(comparison, task: nil, own, weighting)) }
      return rows
    }
  }
}

extension SummaryRow {
  /// The means over these sequences.
  fileprivate init(
    _ comparison: Comparison, task: String?, _ sequences: [SequenceStatistics], _ weighting: Weighting
  ) {
    func estimate(_ name: String) -> Estimate? { Estimate(name, sequences, weighting) }
    let positions = sequences.reduce(0) { $0 + $1.positions }
    self.init(
      comparison: comparison, task: task, sequences: sequences.count,
      prompts: Set(sequences.map(\.prompt)).count, positions: positions,
      excluded: sequences.reduce(0) { $0 + $1.excluded }, infinite: sequences.reduce(0) { $0 + $1.infinite },
      klTunedReference: estimate("klTunedReference"), klReferenceTuned: estimate("klReferenceTuned"),
      jensenShannon: estimate("jensenShannon"), totalVariation: estimate("totalVariation"),
      entropyReference: estimate("entropyReference"), entropyTuned: estimate("entropyTuned"),
      rankShift: estimate("rankShift"), logprobShift: estimate("logprobShift"),
      unshifted: estimate("unshifted"), marginal: estimate("marginal"), shifted: estimate("shifted"),
      topAgreement: estimate("topAgreement"),
      coverageReference: sequences.reduce(0) { $0 + $1.coverageReference } / Double(max(positions, 1)),
      coverageTuned: sequences.reduce(0) { $0 + $1.coverageTuned } / Double(max(positions, 1)))
  }
}

extension Estimate {
  /// The mean of one quantity; nil where no sequence has a value.
  fileprivate init?(_ name: String, _ sequences: [SequenceStatistics], _ weighting: Weighting) {
    let present = sequences.compactMap { sequence in
      sequence.figures[name].flatMap { $0.count > 0 ? (prompt: sequence.prompt, sums: $0) : nil }
    }
    guard !present.isEmpty else { return nil }
    func mean(_ sum: (SequenceStatistics.Sums) -> Double) -> Mean {
      Mean(
        of: present.map { prompt, sums in
          switch weighting {
          case .token: (prompt, sum(sums), sums.count)
          case .sequence: (prompt, sum(sums) / sums.count, 1)
          }
        })
    }
    let low = mean(\.low)
    if present.allSatisfy({ $0.sums.low == $0.sums.high }) {
      self.init(.exact(low))
    } else if present.allSatisfy({ $0.sums.high != nil }) {
      self.init(.between(low: low, high: mean { $0.high ?? .infinity }))
    } else {
      self.init(.between(low: low, high: nil))
    }
  }
}

extension Estimate.Mean {
  /// The ratio of two sums over sequences, with an interval from resampling prompts.
  fileprivate init(of terms: [(prompt: String, sum: Double, weight: Double)]) {
    var clusters: [String: Int] = [:]
    var sums: [RatioTerm] = []
    for term in terms {
      let cluster = clusters[term.prompt] ?? sums.count
      if cluster == sums.count {
        clusters[term.prompt] = cluster
        sums.append(RatioTerm(numerator: 0, denominator: 0))
      }
      sums[cluster].numerator += term.sum
      sums[cluster].denominator += term.weight
    }
    let numerator = sums.reduce(0) { $0 + $1.numerator }
    let denominator = sums.reduce(0) { $0 + $1.denominator }
    self.init(
      numerator / denominator,
      interval: ClusteredBootstrap(clusters: sums).interval(confidence: ShiftIndex.confidence))
  }
}

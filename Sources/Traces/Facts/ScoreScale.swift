import Foundation
import Tokenization

/// How far apart one model's scores lie, compared with another's about the same tokens.
///
/// A temperature T divides every difference of two logprobs of a row by T. Fine-tuning changes differences too, but
/// hardly their spread over many tokens and rows: in the traces that this was tried on the ratio of spreads was
/// 0.98 … 1.2 for file pairs, where T = 0.7 makes 1.43 of 1. What lies between T = 0.8 and T = 1.25 cannot be told
/// from training by the values alone. For each row the ratio of the standard deviations is taken, over the tokens
/// known on both sides; in lists without the one that both together hold most probable, which training sharpens
/// first. Then the geometric mean over rows.
struct ScoreScale {
  /// A ratio from here on, or its inverse, is no fine-tuning that was ever seen here: refused.
  static let refusedFrom = 1.3
  /// A ratio from here on, or its inverse, is doubtful.
  static let doubtfulFrom = 1.2
  /// What training alone does; the ratio must be clear of it, so that few rows do not decide by accident.
  static let trainingReaches = 1.1
  /// Training never moves every row alike: ratios that agree this closely, and are not 1, are a temperature's.
  static let uniform = (spread: 0.002, ratioFrom: 1.02)
  /// Fewer rows tell nothing. A dense row weighs more: its ratio is that of hundreds of tokens.
  static let fewestRows = (dense: 5, truncated: 40)
  /// Fewer tokens have no spread worth the name.
  private static let fewestTokens = 4

  private var logRatios = RunningMean()
  private var isDense = true

  /// The rows that were compared.
  var rows: Int { logRatios.count }
  /// The tuned model's spread over the reference's; 1 where nothing was compared.
  var ratio: Double { exp(logRatios.mean) }

  private var isSettled: Bool {
    rows >= (isDense ? Self.fewestRows.dense : Self.fewestRows.truncated)
      && abs(logRatios.mean) - TraceFactsGatherer.clearly * logRatios.standardError
        > log(Self.trainingReaches)
  }
  private var isUniform: Bool {
    rows >= Self.fewestRows.dense && abs(logRatios.mean) >= log(Self.uniform.ratioFrom)
      && logRatios.standardDeviation <= Self.uniform.spread
  }
  /// No fine-tuning explains the ratio.
  var isRefused: Bool { isSettled && abs(logRatios.mean) >= log(Self.refusedFrom) || isUniform }
  /// Fine-tuning hardly explains the ratio.
  var isDoubtful: Bool { isSettled && abs(logRatios.mean) >= log(Self.doubtfulFrom) || isUniform }

  // MARK: Adding

  mutating func add(reference: DenseRow, tuned: DenseRow) {
    guard reference.count == tuned.count else { return }
    let (xs, ys) = (reference.sampledScores, tuned.sampledScores)
    let least = (Self.leastKnown(xs, in: reference), Self.leastKnown(ys, in: tuned))
    add(
      zip(xs, ys).compactMap { x, y in
        x > least.0 && y > least.1 && x.isFinite && y.isFinite ? (Double(x), Double(y)) : nil
      })
  }

  /// What lies at the floor of the encoding, or has no probability, has no known distance to the others.
  private static func leastKnown(_ scores: [Float], in row: DenseRow) -> Float {
    max(row.floorScore ?? -.infinity, (scores.max() ?? -.infinity) - Float(DenseRowFacts.vanishing))
  }

  mutating func add(reference: TruncatedRow, tuned: TruncatedRow) {
    isDense = false
    var known: [TokenID: Double] = [:]
    for (token, logprob) in zip(tuned.tokens, tuned.logprobs) { known[token] = logprob }
    var pairs: [(Double, Double)] = []
    for (token, logprob) in zip(reference.tokens, reference.logprobs) {
      if let other = known[token], other.isFinite, logprob.isFinite { pairs.append((logprob, other)) }
    }
    add(Self.withoutLargest(pairs))
  }

  mutating func add(reference: DenseRow, tuned: TruncatedRow) {
    isDense = false
    add(Self.withoutLargest(listed(tuned, beside: reference).map { ($0.dense, $0.listed) }))
  }

  mutating func add(reference: TruncatedRow, tuned: DenseRow) {
    isDense = false
    add(Self.withoutLargest(listed(reference, beside: tuned).map { ($0.listed, $0.dense) }))
  }

  private func listed(_ row: TruncatedRow, beside dense: DenseRow) -> [(listed: Double, dense: Double)] {
    zip(row.tokens, row.logprobs).compactMap { token, logprob in
      let place = Int(token.rawValue)
      guard place < dense.count, logprob.isFinite else { return nil }
      let score = Double(dense.score(at: place))
      return score.isFinite ? (logprob, score) : nil
    }
  }

  private static func withoutLargest(_ pairs: [(Double, Double)]) -> [(Double, Double)] {
    var pairs = pairs
    if let place = pairs.indices.max(by: { pairs[$0].0 + pairs[$0].1 < pairs[$1].0 + pairs[$1].1 }) {
      pairs.remove(at: place)
    }
    return pairs
  }

  private mutating func add(_ pairs: [(Double, Double)]) {
    guard pairs.count >= Self.fewestTokens else { return }
    let spread = (Self.variance(pairs.map(\.0)), Self.variance(pairs.map(\.1)))
    guard spread.0 > 0, spread.1 > 0 else { return }
    logRatios.add(log(spread.1 / spread.0) / 2)
  }

  private static func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}

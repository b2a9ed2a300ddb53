/// The scores of two models on one benchmark, in percent.
public struct BenchmarkScores: Equatable, Sendable {
  /// The score of the model that tuning began with, 0 … 100.
  public var base: Double
  /// The score of the tuned model, 0 … 100.
  public var tuned: Double

  /// `tuned − base`, in percentage points.
  public var gain: Double { tuned - base }

  /// Two scores on one benchmark.
  public init(base: Double, tuned: Double) {
    self.base = base
    self.tuned = tuned
  }
}

/// The Transferability Index: what tuning gained on one group of benchmarks, in percent of what it gained on the
/// group that it trained for.
///
/// Above 0 the gain carries over, below 0 the other group pays for it, 100 is as much on both.
///
/// Source: arXiv 2507.00432, section 2.1.
public enum TransferabilityIndex {
  /// The index of the paper's second version.
  ///
  /// `TI = 100 · DI(group) / DI(trained)`, each by ``domainIndex(_:spread:)``.
  ///
  /// - Parameters:
  ///   - group: The scores on the group asked about.
  ///   - trained: The scores on the group that the model was trained for; the paper's is mathematics.
  ///   - spreads: σ of both groups, in percentage points; only their ratio matters.
  /// - Returns: Percent, from −∞ to ∞; nil where the trained group's index is 0 or a domain index does not exist.
  public static func percent(
    of group: [BenchmarkScores], over trained: [BenchmarkScores], spreads: (group: Double, trained: Double)
  ) -> Double? {
    guard let moved = domainIndex(group, spread: spreads.group),
      let whole = domainIndex(trained, spread: spreads.trained), whole != 0
    else { return nil }
    return 100 * moved / whole
  }

  /// The index of the paper's first version: `100 · ΔR(group) / ΔR(trained)`, each by ``relativeGain(_:)``.
  ///
  /// - Returns: Percent; nil where the trained group's relative gain is 0 or one of them does not exist.
  public static func relativePercent(
    of group: [BenchmarkScores], over trained: [BenchmarkScores]
  ) -> Double? {
    guard let moved = relativeGain(group), let whole = relativeGain(trained), whole != 0 else { return nil }
    return 100 * moved / whole
  }

  /// How far tuning moved the scores of a group, large gains damped, benchmarks with room for improvement first.
  ///
  /// `DI = Σ ŵ · sign(δ) · √|δ|` with `δ = gain / σ` and `ŵ = (100 − base) / Σ (100 − base)`. The gains are not
  /// centred, although the paper calls δ a z-score.
  ///
  /// - Parameters:
  ///   - scores: Of every benchmark of the group.
  ///   - spread: σ, in percentage points.
  /// - Returns: Without unit; nil without scores, where every base score is 100, and where σ is not above 0.
  public static func domainIndex(_ scores: [BenchmarkScores], spread: Double) -> Double? {
    let room = scores.reduce(0) { $0 + (100 - $1.base) }
    guard room > 0, spread > 0, spread.isFinite else { return nil }
    return scores.reduce(0) { sum, score in
      let size = (abs(score.gain) / spread).squareRoot()
      return sum + (100 - score.base) / room * (score.gain < 0 ? -size : size)
    }
  }

  /// The mean over benchmarks of `(tuned − base) / base`: the first version's measure of a group.
  ///
  /// - Returns: Nil without scores and where a base score is 0, of which nothing is a multiple.
  public static func relativeGain(_ scores: [BenchmarkScores]) -> Double? {
    guard !scores.isEmpty, scores.allSatisfy({ $0.base != 0 }) else { return nil }
    return scores.reduce(0) { $0 + $1.gain / $1.base } / Double(scores.count)
  }

  /// σ: the standard deviation of gains, `√(Σ (gain − mean)² / n)`.
  ///
  /// Given the gains of one model it is the formula's σ as the paper prints it; given those of all models it is one
  /// σ a group, which is what the paper's tables need.
  ///
  /// - Parameter gains: In percentage points.
  /// - Returns: Percentage points; nil where all gains are the same, or there are none.
  public static func spread(ofGains gains: [Double]) -> Double? {
    guard let first = gains.first, gains.contains(where: { $0 != first }) else { return nil }
    let mean = gains.reduce(0, +) / Double(gains.count)
    return (gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gains.count)).squareRoot()
  }

  /// σ of the paper's groups, as far as its own tables tell: σ(math) is 1, and only the ratios are known.
  ///
  /// Found from the ten models whose printed indices and scores agree: every pair of them gives
  /// `√(σ(math)/σ(other))` between 0.93866 and 0.93867 and `√(σ(math)/σ(non))` between 0.88549 and 0.88556. No pooling
  /// of the listed models' gains gives these numbers: of all gains together it is 0.93526 and 0.88763.
  public static let paperSpreads: [String: Double] = [
    "math": 1, "other": 1 / (0.938667 * 0.938667), "non": 1 / (0.885526 * 0.885526),
  ]
}

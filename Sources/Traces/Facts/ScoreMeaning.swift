import Foundation

/// What the numbers of a file are instead of logits or natural logprobs.
public enum ScoreMeaning: Equatable, Sendable {
  /// Each row lies in 0 … 1 and sums to 1.
  case probabilities
  /// The powers of the base sum to 1 in each row.
  case logarithms(base: Int)
}

/// Looks at rows until it is certain what their numbers are, or that nothing can be said.
///
/// A whole row of a distribution gives itself away by what it adds up to: its values if they are probabilities, the
/// powers of 2 if they are logarithms to base 2. Logits do neither: that three rows did so by chance has never been seen
/// and would need a sum that may be anything to come within a fiftieth of 1 three times. A list tells less: where its
/// most probable token leaves something over, the powers of 2 of natural logprobs soon add up to more than 1, so that
/// sums just below 1 in row after row are those of logarithms to base 2.
struct ScoreMeaningGatherer {
  /// Rows of a tensor that must agree, and the most that are looked at.
  private static let wholeRows = (fewest: 3, most: 8)
  /// Rows of a list that must agree.
  private static let fewestLists = 20
  /// A sum may differ from 1 by so much, in nats: rounding to half precision moves it less.
  private static let tolerance = 0.02
  /// A list tells something when it has so many tokens, and its first one is no more probable than this.
  private static let telling = (tokens: 5, mostProbable: 0.9)
  /// Lists of most rows hold at least this much of the mass.
  private static let mostlyListed = 0.9

  private var candidates: [ScoreMeaning] = [.probabilities, .logarithms(base: 2), .logarithms(base: 10)]
  private var wholeRows = 0
  private var lists = 0
  private var fullLists = 0
  /// Some list holds more than all of the mass, if its values are logarithms to base 2.
  private var hasNaturalList = false

  /// What the rows are for certain; nil for logits, for natural logprobs, and where too few rows tell.
  var meaning: (ScoreMeaning, rows: Int)? {
    if wholeRows >= Self.wholeRows.fewest, let meaning = candidates.first { return (meaning, wholeRows) }
    if lists >= Self.fewestLists, 2 * fullLists >= lists, !hasNaturalList {
      return (.logarithms(base: 2), lists)
    }
    return nil
  }

  mutating func add(_ row: DenseRow) {
    guard wholeRows < Self.wholeRows.most, !candidates.isEmpty, row.count > 1 else { return }
    // Most rows are logits, and a few of their scores already say so.
    let few = row.sampledScores
    if few.contains(where: { $0 >= 0 }) { candidates.removeAll { $0 != .probabilities } }
    if !few.allSatisfy({ (0...1).contains($0) }) { candidates.removeAll { $0 == .probabilities } }
    guard !candidates.isEmpty else { return }
    let scores = row.scores()
    guard scores.allSatisfy({ !$0.isNaN && $0 < .infinity }), let largest = scores.max(), largest > -.infinity
    else { return }
    wholeRows += 1
    // A row that is nearly certain of one token is 1 in every base.
    if abs(Self.logSum(scores, largest, base: M_E)) < 2 * Self.tolerance {
      candidates.removeAll { $0 != .probabilities }
    }
    candidates.removeAll { meaning in
      switch meaning {
      case .probabilities:
        !scores.allSatisfy { (0...1).contains($0) }
          || abs(scores.reduce(0.0) { $0 + Double($1) } - 1) > Self.tolerance
      case .logarithms(let base):
        // Logits less their greatest sum up to little more than 1 in a large base. A logarithm of 0 says nothing.
        largest >= 0 || abs(Self.logSum(scores, largest, base: Double(base))) > Self.tolerance
      }
    }
  }

  /// `ln Σ base^score`, in nats.
  private static func logSum(_ scores: [Float], _ largest: Float, base: Double) -> Double {
    let scale = log(base)
    return scale * Double(largest)
      + log(scores.reduce(0.0) { $0 + exp(scale * (Double($1) - Double(largest))) })
  }

  mutating func add(_ row: TruncatedRow) {
    guard !hasNaturalList, row.tokens.count >= Self.telling.tokens, let first = row.logprobs.first,
      exp2(first) <= Self.telling.mostProbable
    else { return }
    let sum = row.logprobs.reduce(0) { $0 + exp2($1) }
    guard sum <= 1 + Self.tolerance / 4 else {
      hasNaturalList = true
      return
    }
    lists += 1
    if sum >= Self.mostlyListed { fullLists += 1 }
  }
}

import Foundation
import GRDB

/// How often the token in the text is its writer's first choice: whether the text can be a sample at temperature 1.
///
/// A writer with the mean entropy H samples another token than its first choice at no less than the share x of the
/// positions at which `−x ln x − (1 − x) ln(1 − x) + x ln(V − 1)` is H: no distribution with a likelier first choice has
/// that entropy (Fano), and the bound is convex, so that it holds for the means too. Where so few others stand in the text
/// as would come about once in a thousand samples, by Poisson's law, it is none: greedy text has no others at all.
struct WriterChoices: Equatable {
  /// The positions of the text.
  var positions = 0
  /// Those of them where the token is the writer's first choice.
  var first = 0

  /// A sample that is rarer than this is taken for none.
  static let rarest = 0.001

  /// False where the text cannot be a sample.
  ///
  /// - Parameters:
  ///   - meanEntropy: The writer's, in nats, or its lower bound.
  ///   - vocabularySize: V, or nil where it is not known.
  func canBeSample(meanEntropy: Double, vocabularySize: Int?) -> Bool {
    let others = Double(vocabularySize.map { max($0, 2) } ?? Self.largestVocabulary) - 1
    let expected = Self.leastShare(ofEntropy: meanEntropy, others: others) * Double(positions)
    return Self.poisson(atMost: positions - first, mean: expected) >= Self.rarest
  }

  /// How often as few things as these happen when so many are expected.
  static func poisson(atMost count: Int, mean: Double) -> Double {
    guard Double(count) < mean else { return 1 }
    var sum = 0.0
    var term = exp(Double(count) * log(mean) - mean - lgamma(Double(count) + 1))
    for k in stride(from: count, through: 0, by: -1) {
      sum += term
      term *= Double(k) / mean
    }
    return sum
  }

  /// Larger than any that is in use.
  private static let largestVocabulary = 1 << 20

  /// The least share of other choices, by bisection: the entropy rises with it up to that of even chances.
  static func leastShare(ofEntropy entropy: Double, others: Double) -> Double {
    func most(_ share: Double) -> Double {
      share * log(others) - share * log(share) - (1 - share) * log1p(-share)
    }
    var low = 0.0
    var high = others / (others + 1)
    for _ in 0..<64 {
      let middle = (low + high) / 2
      if most(middle) < entropy { low = middle } else { high = middle }
    }
    return low
  }

  /// The choices of the writer of a comparison's text; nil where it is neither of the two models.
  ///
  /// - Parameter positions: The positions that were measured; where a rank is not known the token counts as another.
  static func fetch(
    of comparison: Comparison, positions: Int, _ database: Database
  ) throws -> WriterChoices? {
    guard let writer = comparison.writer else { return nil }
    let bin = writer == .tuned ? "tunedBin" : "referenceBin"
    let first = try Int.fetchOne(
      database,
      sql: "SELECT coalesce(sum(count), 0) FROM rankCount WHERE comparisonID = ? AND \(bin) = ?",
      arguments: [comparison.id, RankBin.first.rawValue])
    return WriterChoices(positions: positions, first: first ?? 0)
  }
}

extension Comparison {
  /// Which of the two models wrote the text, if one of them did.
  var writer: SummaryFigure.Writer? {
    isOwnText ? .tuned : source == reference ? .reference : nil
  }
}

import Foundation
import TestSupport

/// Rows that look like a language model's logits: a bell-shaped body that falls with the token id, and a few tokens
/// far above it.
enum LikelyRows {
  static func row(count: Int, using generator: inout SplitMix64) -> [Float] {
    var row = (0..<count).map { v in
      Float(2 * generator.normal() - 1.5 * log1p(Double(v) / 2000) + 2)
    }
    for _ in 0..<(1 + count / 500) {
      row[Int.random(in: 0..<count, using: &generator)] += Float.random(in: 4..<16, using: &generator)
    }
    return row
  }

  /// The row with independent normal noise on every score.
  static func perturbed(_ row: [Float], by deviation: Double, using generator: inout SplitMix64) -> [Float] {
    row.map { $0 + Float(deviation * generator.normal()) }
  }
}

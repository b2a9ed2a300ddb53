import Foundation
import Tokenization

/// What one look at a dense row tells.
struct DenseRowFacts {
  /// ln Σ exp(score), in nats; NaN where a score is.
  let logSumExp: Double
  /// The share of tokens with probability 0.
  let excluded: Double
  /// The share of tokens that are stored as "at or below the floor".
  let floored: Double
  private let scores: [Float]

  init(_ row: DenseRow) {
    scores = row.scores()
    let largest = Double(scores.max() ?? -.infinity)
    var sum = 0.0
    var excludedCount = 0
    for score in scores {
      sum += exp(Double(score) - largest)
      if score == -.infinity { excludedCount += 1 }
    }
    logSumExp = largest + log(sum)
    excluded = Double(excludedCount) / Double(max(scores.count, 1))
    floored = Self.flooredShare(row)
  }

  /// The surprise of a token, −ln p, in nats.
  func surprise(of token: TokenID) -> Double { logSumExp - Double(scores[Int(token.rawValue)]) }

  private static func flooredShare(_ row: DenseRow) -> Double {
    guard row.encoding == .affine16, row.count > 0 else { return 0 }
    let zeros = row.withUnsafeBytes { bytes in
      (0..<row.count).count { bytes.loadUnaligned(fromByteOffset: 8 + 2 * $0, as: UInt16.self) == 0 }
    }
    return Double(zeros) / Double(row.count)
  }
}

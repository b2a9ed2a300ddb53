import Foundation
import Tokenization

/// What one look at a dense row tells.
struct DenseRowFacts {
  /// A score so far below the largest of its row has probability 0 in double precision: e⁻⁷⁴⁶ is none. Samplers write
  /// −1e4, −1e9 or the least number of a type where others write −∞.
  static let vanishing = 746.0

  /// ln Σ exp(score), in nats; NaN where a score is, nil where only a sample of the tokens was looked at.
  let logSumExp: Double?
  /// The same as far as the tokens that were looked at tell, as if the others were like them; finite.
  let roughLogSumExp: Double
  /// Whether a score that was looked at is NaN.
  let holdsNaN: Bool
  /// Whether a score that was looked at is +∞, as where one is too large for half precision.
  let holdsInfinity: Bool
  /// The share of tokens with probability 0.
  let excluded: Double
  /// The share of tokens that are stored as "at or below the floor".
  let floored: Double

  /// A look at every token, or at a sample.
  init(_ row: DenseRow, isSampled: Bool = false) {
    let sample = isSampled ? TokenSample(of: row.count) : TokenSample(allOf: row.count)
    let scores = row.scores(of: sample)
    let count = Double(max(scores.count, 1))
    let largest = Double(scores.max() ?? -.infinity)
    excluded = Double(scores.count { Double($0) < largest - Self.vanishing || $0 == -.infinity }) / count
    holdsNaN = scores.contains(where: \.isNaN)
    holdsInfinity = scores.contains(.infinity)
    floored = Double(row.flooredCount(in: sample)) / count
    let sum = largest + log(scores.reduce(0.0) { $0 + exp(Double($1) - largest) })
    logSumExp = isSampled ? nil : sum
    let rough = sum + log(Double(row.count) / count)
    roughLogSumExp = rough.isFinite ? rough : 0
  }
}

extension DenseRow {
  /// The scores of a sample of tokens.
  var sampledScores: [Float] { scores(of: TokenSample(of: count)) }

  /// How many tokens of a sample are stored as "at or below the floor".
  fileprivate func flooredCount(in sample: TokenSample) -> Int {
    guard encoding == .affine16 else { return 0 }
    return withUnsafeBytes { bytes in
      sample.runs.reduce(0) { count, run in
        count + run.count { bytes.loadUnaligned(fromByteOffset: 8 + 2 * $0, as: UInt16.self) == 0 }
      }
    }
  }

  /// The score that stands for "at or below the floor", nil where the encoding has none.
  var floorScore: Float? {
    guard encoding == .affine16 else { return nil }
    return withUnsafeBytes { bytes in
      Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    }
  }
}

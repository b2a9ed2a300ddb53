import Foundation
import Traces

/// How far each figure can be from that of the logits before they were rounded to f16.
///
/// A logit l was stored as the nearest f16, so it is off by at most half a step of f16 at l. To first order a figure F
/// moves by `Σᵥ |∂F/∂lᵥ| · halfStep(lᵥ)` over both rows, with
///
///     ∂H/∂lᵥ  = −pᵥ (ln pᵥ + H)
///     ∂KL(p‖q)/∂l(p)ᵥ = pᵥ (ln(pᵥ/qᵥ) − KL),   ∂KL(p‖q)/∂l(q)ᵥ = qᵥ − pᵥ
///     ∂JS/∂l(p)ᵥ = ½ pᵥ (ln(pᵥ/mᵥ) − Σ p ln(p/m)),   ∂TV/∂l(p)ᵥ = ½ pᵥ (sᵥ − Σ p s),  s = sign(p − q)
struct StorageError {
  /// The second order adds a part of the size of half a step, 2⁻⁷ for logits from 16 to 32.
  private static let secondOrder = 1.02

  private(set) var klTunedReference = 0.0
  private(set) var klReferenceTuned = 0.0
  private(set) var jensenShannon = 0.0
  private(set) var totalVariation = 0.0
  private(set) var entropyReference = 0.0
  private(set) var entropyTuned = 0.0

  /// In the order of the fields of `Divergences`.
  var all: [Double] {
    [klTunedReference, klReferenceTuned, jensenShannon, totalVariation, entropyReference, entropyTuned].map {
      $0 * Self.secondOrder
    }
  }

  private struct Row {
    var logprobs: [Double]
    var probabilities: [Double]
    var halfSteps: [Double]

    init(_ row: DenseRow) {
      let scores = row.withUnsafeBytes { bytes in
        (0..<row.count).map {
          Float16(bitPattern: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
        }
      }
      let largest = Double(scores.max() ?? 0)
      let sum = scores.reduce(0.0) { $0 + exp(Double($1) - largest) }
      logprobs = scores.map { Double($0) - largest - log(sum) }
      probabilities = logprobs.map(exp)
      halfSteps = scores.map { Double($0.ulp) / 2 }
    }

    func mean(_ values: [Double]) -> Double { zip(probabilities, values).reduce(0) { $0 + $1.0 * $1.1 } }

    /// `Σ halfStep · p · |value − mean|`, the reach of a figure whose derivative is `p (value − mean)`.
    func reach(_ values: [Double]) -> Double {
      let mean = mean(values)
      return values.indices.reduce(0) { $0 + halfSteps[$1] * probabilities[$1] * abs(values[$1] - mean) }
    }

    /// `Σ halfStep · |p − other|`.
    func reach(towards other: Row) -> Double {
      halfSteps.indices.reduce(0) { $0 + halfSteps[$1] * abs(probabilities[$1] - other.probabilities[$1]) }
    }
  }

  init(reference: DenseRow, tuned: DenseRow) {
    let q = Row(reference)
    let p = Row(tuned)
    let ratio = zip(p.logprobs, q.logprobs).map { $0 - $1 }
    let mixture = zip(p.probabilities, q.probabilities).map { log(($0 + $1) / 2) }
    let signs = zip(p.probabilities, q.probabilities).map { $0 > $1 ? 1.0 : $0 < $1 ? -1.0 : 0 }
    klTunedReference = p.reach(ratio) + q.reach(towards: p)
    klReferenceTuned = q.reach(ratio) + p.reach(towards: q)
    jensenShannon =
      (p.reach(zip(p.logprobs, mixture).map { $0 - $1 }) + q.reach(zip(q.logprobs, mixture).map { $0 - $1 }))
      / 2
    totalVariation = (p.reach(signs) + q.reach(signs)) / 2
    entropyReference = q.reach(q.logprobs)
    entropyTuned = p.reach(p.logprobs)
  }
}

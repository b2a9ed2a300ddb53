import CDivergence
import Foundation
public import Traces

/// How far each figure of a position can be from that of the scores before they were rounded for storage.
///
/// A score l was stored as the nearest number of its type, so it is off by at most half a step h of that type at l. Let
/// p be the tuned and q the reference distribution, a and b errors within their half steps. Along a straight path from
/// the stored scores to the true ones a figure changes by its first derivative, at most
///
///     KL(p‖q): Σ h pᵥ |ln(pᵥ/qᵥ) − KL| + Σ h |qᵥ − pᵥ|
///     JS:      ½ Σ h pᵥ |ln(pᵥ/mᵥ) − KL(p‖m)| + the same of q, m = (p + q)/2
///     H(p):    Σ h pᵥ |ln pᵥ + H|
///
/// and half of its second derivative, which is bounded term by term and, because p and q change on the path by a factor of
/// `e^2h` at most, multiplied by `e^4h` of the largest step. TV changes by no more than `Σ h p + Σ h q`, times that factor.
///
/// What this does not cover is a floor: a token that llama.cpp stores as "at or below the floor" may have any smaller
/// probability, and no bound of a KL follows from that.
public struct StorageError: Equatable, Sendable {
  /// Of `KL(tuned ‖ reference)`, in nats; infinite where the divergence is.
  public private(set) var klTunedReference = 0.0
  /// Of `KL(reference ‖ tuned)`, in nats; infinite where the divergence is.
  public private(set) var klReferenceTuned = 0.0
  /// Of the Jensen–Shannon divergence, in nats.
  public private(set) var jensenShannon = 0.0
  /// Of the total variation distance.
  public private(set) var totalVariation = 0.0
  /// Of the reference's entropy, in nats.
  public private(set) var entropyReference = 0.0
  /// Of the tuned model's entropy, in nats.
  public private(set) var entropyTuned = 0.0

  /// The bounds for two rows; nil where both are stored in single precision, whose steps are below the kernel's own error.
  ///
  /// - Parameters:
  ///   - reference: The row of the model compared against.
  ///   - tuned: The row of the model under study at the same position.
  ///   - vocabularySize: Scores past it are padding; nil where there are none.
  ///   - instructions: Instructions that this machine has; all give the same bits.
  ///
  /// Complexity: O(V), several times the cost of the figures themselves.
  public init?(
    reference: DenseRow, tuned: DenseRow, vocabularySize: Int? = nil, instructions: InstructionSet = .best
  ) {
    guard reference.encoding != .float32 || tuned.encoding != .float32 else { return nil }
    let count = min(vocabularySize ?? .max, reference.count, tuned.count)
    let q = StoredRow(reference, count: count)
    let p = StoredRow(tuned, count: count)
    let growth = exp(4 * Double(max(p.largestStep, q.largestStep)))
    let (tuned, reference) = p.bounds(beside: q, growth: growth, instructions)
    klTunedReference = tuned.divergence
    klReferenceTuned = reference.divergence
    jensenShannon = min(M_LN2, tuned.half_jensen_shannon + reference.half_jensen_shannon)
    totalVariation = min(1, growth * (tuned.mean_step + reference.mean_step))
    let mostEntropy = log(Double(max(count, 1)))
    entropyReference = min(mostEntropy, reference.entropy)
    entropyTuned = min(mostEntropy, tuned.entropy)
  }
}

/// A row in single precision, and half a step of its storage at each score, filled up to whole vectors with excluded tokens.
private struct StoredRow {
  private let scores: [Float]
  private let halfSteps: [Float]
  let largestStep: Float

  init(_ row: DenseRow, count: Int) {
    var scores = row.scores()
    scores.removeLast(scores.count - count)
    var halfSteps = row.halfSteps(of: scores[...])
    largestStep = halfSteps.max() ?? 0
    let filling = (count + 7) / 8 * 8 - count
    scores.append(contentsOf: repeatElement(-.infinity, count: filling))
    halfSteps.append(contentsOf: repeatElement(0, count: filling))
    self.scores = scores
    self.halfSteps = halfSteps
  }

  /// The bounds of both rows. With p the own row, q the other and r = ln(p/q), the second derivative of KL(p ‖ q) is
  /// `E_p (a − ā)² (r − r̄) + Var_p(a) − 2 Cov_p(a, b) + Var_q(b)`, and that of the entropy
  /// `−E_p (a − ā)² (ln p + H) − Var_p(a)`; in ½ KL(p ‖ m), the logarithm of p/m changes by at most twice the larger of both
  /// rows' reaches.
  func bounds(
    beside other: StoredRow, growth: Double, _ instructions: InstructionSet
  ) -> (own: divergence_row_bounds, other: divergence_row_bounds) {
    var bounds = (own: divergence_row_bounds(), other: divergence_row_bounds())
    scores.withUnsafeBufferPointer { scores in
      halfSteps.withUnsafeBufferPointer { steps in
        other.scores.withUnsafeBufferPointer { otherScores in
          other.halfSteps.withUnsafeBufferPointer { otherSteps in
            var row = divergence_stored_row(scores: scores.baseAddress, half_steps: steps.baseAddress)
            var otherRow = divergence_stored_row(
              scores: otherScores.baseAddress, half_steps: otherSteps.baseAddress)
            divergence_storage_bounds(
              instructions.path, &row, &otherRow, scores.count, growth, &bounds.own, &bounds.other)
          }
        }
      }
    }
    return bounds
  }
}

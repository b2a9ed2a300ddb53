import Foundation
import Traces

/// ``StorageError`` as its documentation defines it: array by array in double precision, with the system's functions.
struct StorageErrorTwin {
  var klTunedReference = 0.0
  var klReferenceTuned = 0.0
  var jensenShannon = 0.0
  var totalVariation = 0.0
  var entropyReference = 0.0
  var entropyTuned = 0.0

  init(reference: DenseRow, tuned: DenseRow, vocabularySize: Int? = nil) {
    let count = min(vocabularySize ?? .max, reference.count, tuned.count)
    let q = StoredRow(reference, count: count)
    let p = StoredRow(tuned, count: count)
    let growth = exp(4 * max(p.largestStep, q.largestStep))
    klTunedReference = Self.divergence(p, q, growth: growth)
    klReferenceTuned = Self.divergence(q, p, growth: growth)
    let middle = zip(p.probabilities, q.probabilities).map { log(($0 + $1) / 2) }
    let halves = Self.half(p, q, middle, growth: growth) + Self.half(q, p, middle, growth: growth)
    jensenShannon = min(M_LN2, halves)
    totalVariation = min(1, growth * (p.meanStep + q.meanStep))
    let mostEntropy = log(Double(max(count, 1)))
    entropyReference = min(mostEntropy, Self.entropy(q, growth: growth))
    entropyTuned = min(mostEntropy, Self.entropy(p, growth: growth))
  }

  /// Of `KL(p ‖ q)`. With r = ln(p/q) the second derivative is
  /// `E_p (a − ā)² (r − r̄) + Var_p(a) − 2 Cov_p(a, b) + Var_q(b)`.
  private static func divergence(_ p: StoredRow, _ q: StoredRow, growth: Double) -> Double {
    var mean = 0.0
    for token in p.places where p.probabilities[token] > 0 {
      mean += p.probabilities[token] * (p.logprobs[token] - q.logprobs[token])
    }
    guard mean.isFinite else { return .infinity }
    var first = 0.0
    var skew = 0.0
    var squares = (own: 0.0, others: 0.0, other: 0.0)
    for token in p.places {
      let (pv, qv) = (p.probabilities[token], q.probabilities[token])
      let (ownStep, otherStep) = (p.steps[token], q.steps[token])
      first += otherStep * abs(qv - pv)
      squares.other += qv * otherStep * otherStep
      guard pv > 0 else { continue }
      let apart = abs(p.logprobs[token] - q.logprobs[token] - mean)
      let reach = ownStep + p.meanStep
      first += ownStep * pv * apart
      skew += pv * reach * reach * apart
      squares.own += pv * ownStep * ownStep
      squares.others += pv * otherStep * otherStep
    }
    let second = skew + squares.own + 2 * (squares.own * squares.others).squareRoot() + squares.other
    return first + growth * second / 2
  }

  /// Of `½ KL(p ‖ m)`, a half of the Jensen–Shannon divergence; the logarithm of p/m changes by at most twice the larger
  /// of both rows' reaches.
  private static func half(
    _ p: StoredRow, _ q: StoredRow, _ middle: [Double], growth: Double
  ) -> Double {
    var mean = 0.0
    for token in p.places where p.probabilities[token] > 0 {
      mean += p.probabilities[token] * (p.logprobs[token] - middle[token])
    }
    var first = 0.0
    var second = 0.0
    for token in p.places where p.probabilities[token] > 0 {
      let apart = abs(p.logprobs[token] - middle[token] - mean)
      let reach = p.steps[token] + p.meanStep
      first += p.steps[token] * p.probabilities[token] * apart
      second +=
        p.probabilities[token] * reach
        * (reach * apart + 2 * max(reach, q.steps[token] + q.meanStep))
    }
    return (first + growth * second / 2) / 2
  }

  /// Of `−Σ p ln p`, whose second derivative is `−E_p (a − ā)² (ln p + H) − Var_p(a)`.
  private static func entropy(_ p: StoredRow, growth: Double) -> Double {
    var mean = 0.0
    for token in p.places where p.probabilities[token] > 0 {
      mean += p.probabilities[token] * p.logprobs[token]
    }
    var first = 0.0
    var second = 0.0
    for token in p.places where p.probabilities[token] > 0 {
      let (step, probability) = (p.steps[token], p.probabilities[token])
      let apart = abs(p.logprobs[token] - mean)
      let reach = step + p.meanStep
      first += step * probability * apart
      second += probability * (reach * reach * apart + step * step)
    }
    return first + growth * second / 2
  }
}

/// A row in double precision, and half a step of its storage at each score.
private struct StoredRow {
  var logprobs: [Double]
  var probabilities: [Double]
  var steps: [Double]
  /// `Σ h p`.
  var meanStep: Double
  var largestStep: Double

  var places: Range<Int> { 0..<logprobs.count }

  init(_ row: DenseRow, count: Int) {
    let scores = row.scores().prefix(count)
    steps = row.halfSteps(of: scores).map(Double.init)
    let largest = Double(scores.max() ?? 0)
    let weights = scores.map { exp(Double($0) - largest) }
    let sum = weights.reduce(0, +)
    let normaliser = largest + log(sum)
    logprobs = scores.map { Double($0) - normaliser }
    probabilities = weights.map { $0 / sum }
    meanStep = zip(steps, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
    largestStep = steps.max() ?? 0
  }
}

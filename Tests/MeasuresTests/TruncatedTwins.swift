import Foundation
import Measures
import TestSupport
import Tokenization
import Traces

/// Two distributions over the same tokens, all of them known.
struct DensePair {
  var tuned: [Double]
  var reference: [Double]

  /// KL(tuned ‖ reference), KL(reference ‖ tuned), JS, TV and both entropies, by definition.
  var divergences: (kl: Double, reverse: Double, js: Double, tv: Double, tuned: Double, reference: Double) {
    let mixture = zip(tuned, reference).map { ($0 + $1) / 2 }
    // Rounding can carry the sums an ulp or two out of the range that the true values keep to.
    return (
      max(0, Self.kl(tuned, reference)), max(0, Self.kl(reference, tuned)),
      min(log(2), max(0, (Self.kl(tuned, mixture) + Self.kl(reference, mixture)) / 2)),
      min(1, zip(tuned, reference).reduce(0) { $0 + abs($1.0 - $1.1) } / 2), Self.entropy(tuned),
      Self.entropy(reference)
    )
  }

  static func kl(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
  }

  static func entropy(_ p: [Double]) -> Double { p.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 } }

  /// Distributions of every kind: flat and peaked, near and far, with excluded tokens, with disjoint supports.
  static func random(size: Int, using generator: inout SplitMix64) -> DensePair {
    let scale: Double = [0.3, 1, 3, 8, 20].randomElement(using: &generator) ?? 1
    var reference = (0..<size).map { _ in generator.normal() * scale }
    var tuned: [Double]
    switch Int.random(in: 0..<10, using: &generator) {
    case 0..<2: tuned = (0..<size).map { _ in generator.normal() * scale }
    case 2: tuned = reference
    default:
      let noise: Double = [1e-3, 0.1, 0.5, 2, 6].randomElement(using: &generator) ?? 1
      tuned = reference.map { $0 + generator.normal() * noise }
    }
    let exclusion = Int.random(in: 0..<8, using: &generator)
    for token in 1..<size where exclusion < 3 {
      if exclusion != 1, Bool.random(using: &generator) { reference[token] = -.infinity }
      if exclusion == 1, Bool.random(using: &generator) { tuned[token] = -.infinity }
      if exclusion == 2, reference[token] > -.infinity { tuned[token] = -.infinity }
    }
    if exclusion == 2 { tuned[0] = -.infinity }
    if tuned.allSatisfy({ $0 == -.infinity }) { tuned[size - 1] = 0 }
    return DensePair(tuned: softmax(tuned), reference: softmax(reference))
  }

  private static func softmax(_ logits: [Double]) -> [Double] {
    let highest = logits.max() ?? 0
    let masses = logits.map { exp($0 - highest) }
    let sum = masses.reduce(0, +)
    return masses.map { $0 / sum }
  }
}

extension TruncatedRow {
  /// The k most probable tokens of a distribution and perhaps one more, with `digits` decimals kept.
  static func list(_ p: [Double], top k: Int, emitted: TokenID? = nil, digits: Int? = nil) -> TruncatedRow {
    var row = TruncatedRow(cutting: p.map { log($0) }, top: k, emitted: emitted)
    guard let digits else { return row }
    let unit = pow(10, Double(digits))
    row.logprobs = row.logprobs.map { ($0 * unit).rounded() / unit }[...]
    row.unlistedCap = (row.unlistedCap * unit).rounded() / unit
    row.precision = 0.5 / unit
    return row
  }

  /// A list written by hand: probabilities by falling size, and the cap where it is not the last of them.
  static func hand(_ listed: KeyValuePairs<Int32, Double>, cap: Double? = nil, precision: Double = 0)
    -> TruncatedRow
  {
    TruncatedRow(
      tokens: listed.map { TokenID($0.key) }[...], logprobs: listed.map { log($0.value) }[...],
      unlistedCap: log(cap ?? listed.last?.value ?? 1), emittedLogprob: nil, emittedRank: nil,
      precision: precision)
  }

  var probabilities: [TokenID: Double] {
    Dictionary(uniqueKeysWithValues: zip(tokens, logprobs.map { exp($0) }))
  }
}

/// The lower bounds of KL(tuned ‖ reference) from lists of exact probabilities, slowly.
struct SlowBounds {
  private var shared = 0.0
  private var tunedRest = 1.0
  private var referenceRest = 1.0
  private var tunedShared = 0.0
  private var referenceShared = 0.0
  private var tunedOnly: [Double] = []
  private var referenceOnly: [Double] = []
  private let tunedCap: Double
  private let referenceCap: Double

  init(tuned: TruncatedRow, reference: TruncatedRow) {
    let p = tuned.probabilities
    let q = reference.probabilities
    tunedCap = exp(tuned.unlistedCap)
    referenceCap = exp(reference.unlistedCap)
    for (token, mass) in p.sorted(by: { $0.key < $1.key }) {
      tunedRest -= mass
      guard let other = q[token] else {
        tunedOnly.append(mass)
        continue
      }
      tunedShared += mass
      referenceShared += other
      shared += mass > 0 ? mass * log(mass / other) : 0
    }
    for (token, mass) in q.sorted(by: { $0.key < $1.key }) {
      referenceRest -= mass
      if p[token] == nil { referenceOnly.append(mass) }
    }
  }

  /// The smaller of the masses that the two rows do not list.
  var leastRest: Double { min(tunedRest, referenceRest) }

  /// Everything outside of the shared list lumped into one token (the data-processing inequality).
  var lumped: Double { shared + Self.term(max(0, 1 - tunedShared), max(0, 1 - referenceShared)) }

  /// The convex minimum by bisection over the common ratio r; infinite vocabulary.
  var tight: Double {
    func left(_ r: Double) -> (tuned: Double, reference: Double) {
      (
        tunedRest - referenceOnly.reduce(0) { $0 + min(tunedCap, r * $1) },
        referenceRest - tunedOnly.reduce(0) { $0 + min(referenceCap, $1 / r) }
      )
    }
    let first = Self.bisect { left($0).reference < 0 }
    let last = Self.bisect { left($0).tuned >= 0 }
    let common = first <= last ? Self.bisect { left($0).reference < left($0).tuned / $0 } : nil
    let (tunedRatio, referenceRatio) = (common ?? last, common ?? first)
    var value = shared
    for mass in tunedOnly where mass > 0 {
      value += mass * log(mass / min(referenceCap, mass / referenceRatio))
    }
    for mass in referenceOnly { value += Self.term(min(tunedCap, tunedRatio * mass), mass) }
    guard let common else { return value }
    return value + Self.term(max(0, left(common).tuned), max(0, left(common).reference))
  }

  private static func term(_ p: Double, _ q: Double) -> Double { p > 0 ? p * log(p / q) : 0 }

  /// The largest r for which `holds` is true, when it is true for all smaller ones.
  private static func bisect(_ holds: (Double) -> Bool) -> Double {
    var (low, high) = (-200.0, 200.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if holds(exp(middle)) { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}

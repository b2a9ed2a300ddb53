import Foundation

/// The terms of one token in the divergences: each not negative, and 0 where p = q.
struct DivergenceTerms {
  /// `p ln(p/q) − p + q`, p tuned and q reference.
  var tunedReference: Double
  /// `q ln(q/p) − q + p`.
  var referenceTuned: Double
  /// `½ [p ln(2p/(p+q)) + q ln(2q/(p+q))]`.
  var jensenShannon: Double

  /// The terms of no token at all.
  static let zero = DivergenceTerms(tunedReference: 0, referenceTuned: 0, jensenShannon: 0)

  private init(tunedReference: Double, referenceTuned: Double, jensenShannon: Double) {
    self.tunedReference = tunedReference
    self.referenceTuned = referenceTuned
    self.jensenShannon = jensenShannon
  }

  /// The terms at p (tuned) and q (reference); 0 ln 0 = 0.
  init(_ p: Double, _ q: Double) {
    guard p > 0 && q > 0 else {
      tunedReference = p > 0 ? .infinity : q
      referenceTuned = q > 0 ? .infinity : p
      jensenShannon = log(2) / 2 * (p + q)
      return
    }
    let logRatio = log(p / q)
    let logMixture = log((p + q) / (2 * p))
    tunedReference = Swift.max(0, p * logRatio - p + q)
    referenceTuned = Swift.max(0, -q * logRatio - q + p)
    jensenShannon = Swift.max(0, -p * logMixture - q * (logMixture + logRatio)) / 2
  }

  /// The larger of each term.
  static func max(_ a: DivergenceTerms, _ b: DivergenceTerms) -> DivergenceTerms {
    DivergenceTerms(
      tunedReference: Swift.max(a.tunedReference, b.tunedReference),
      referenceTuned: Swift.max(a.referenceTuned, b.referenceTuned),
      jensenShannon: Swift.max(a.jensenShannon, b.jensenShannon))
  }

  /// Adds term by term.
  static func += (sum: inout DivergenceTerms, terms: DivergenceTerms) {
    sum.tunedReference += terms.tunedReference
    sum.referenceTuned += terms.referenceTuned
    sum.jensenShannon += terms.jensenShannon
  }
}

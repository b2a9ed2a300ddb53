/// What positions can be sorted by.
public enum Metric: String, CaseIterable, Sendable {
  /// `KL(tuned ‖ reference)`, or its lower bound.
  case klTunedReference
  /// `KL(reference ‖ tuned)`, or its lower bound.
  case klReferenceTuned
  /// Jensen–Shannon divergence, or its lower bound.
  case jensenShannon
  /// Total variation distance, or its lower bound.
  case totalVariation
  /// Rank in the reference minus rank in the tuned model; by magnitude.
  case rankShift
  /// Logprob under the tuned model minus logprob under the reference; by magnitude.
  case logprobShift

  /// True for a metric with a sign, whose largest values are sought on both sides.
  var ordersByMagnitude: Bool { self == .rankShift || self == .logprobShift }

  /// The metric as an expression over the columns of `position`.
  var sql: String { ordersByMagnitude ? rawValue : "coalesce(\(rawValue), \(rawValue)Low)" }
}

/// What a contrast of vocabulary tokens compares.
public enum TokenMetric: String, CaseIterable, Sendable {
  /// Mean of `logprobTuned − logprobReference` where the token stands in the text, in nats.
  case logprobShift
  /// Mean of `rankReference − rankTuned` where the token stands in the text.
  case rankShift
  /// Share of the positions of the token that the reference ranked beyond 3.
  case shifted
  /// Mean of `KL(tuned ‖ reference)` where the token stands in the text, or of its lower bounds, in nats.
  case klTunedReference

  /// What a prompt adds to the mean: the sum and the number of positions in it.
  func total(_ token: PromptToken) -> (sum: Double, count: Double) {
    switch self {
    case .logprobShift: (token.logprobShiftSum, Double(token.logprobShiftCount))
    case .rankShift: (token.rankShiftSum, Double(token.rankShiftCount))
    case .shifted: (Double(token.shifted), Double(token.ranked))
    case .klTunedReference: (token.klTunedReferenceSumLow, Double(token.klTunedReferenceCount))
    }
  }
}

import GRDB

/// The sums of some rows of `emittedToken`, from which the means of a token or a group follow.
struct EmittedTokenSums {
  private var count = 0
  private var unshifted = 0
  private var marginal = 0
  private var shifted = 0
  private var rankShiftCount = 0
  private var rankShift = 0
  private var logprobShiftCount = 0
  private var logprobShift = 0.0
  private var klCount = 0
  private var klLow = 0.0
  /// Nil as soon as one row has no upper bound.
  private var klHigh: Double? = 0

  /// Adds a row: its columns from `count` on stand behind the id.
  mutating func add(_ row: Row) {
    count += row[1] as Int
    unshifted += row[2] as Int
    marginal += row[3] as Int
    shifted += row[4] as Int
    rankShiftCount += row[5] as Int
    rankShift += row[6] as Int
    logprobShiftCount += row[7] as Int
    logprobShift += row[8] as Double
    klCount += row[9] as Int
    klLow += row[10] as Double
    if let high = row[11] as Double? { klHigh? += high } else { klHigh = nil }
  }

  /// The means.
  func drift(of id: Int) -> EmittedDrift {
    let ranked = unshifted + marginal + shifted
    func mean(_ sum: Double?, _ count: Int) -> Double? { count > 0 ? sum.map { $0 / Double(count) } : nil }
    return EmittedDrift(
      tokenID: id, count: count, unshiftedShare: mean(Double(unshifted), ranked),
      marginalShare: mean(Double(marginal), ranked), shiftedShare: mean(Double(shifted), ranked),
      rankShiftMean: mean(Double(rankShift), rankShiftCount), rankShiftMedian: nil,
      logprobShiftMean: mean(logprobShift, logprobShiftCount),
      klTunedReferenceMeanLow: mean(klLow, klCount), klTunedReferenceMeanHigh: mean(klHigh, klCount))
  }
}

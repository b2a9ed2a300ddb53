/// The sums of some rows of `emittedToken`, from which the means of a token or a group follow.
struct EmittedTokenSums {
  /// The columns that hold them, as they stand in `emittedToken` and `emittedTokenTotal`.
  static let columns = """
    count, unshifted, marginal, shifted, rankShiftCount, rankShiftSum, logprobShiftCount, logprobShiftSum,
    klTunedReferenceCount, klTunedReferenceSumLow, klTunedReferenceSumHigh
    """

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

  /// Nothing yet.
  init() {}

  /// The sums of a row: ``columns`` stand behind the id.
  init(_ row: RowSelect) {
    count = row.integer(1)
    unshifted = row.integer(2)
    marginal = row.integer(3)
    shifted = row.integer(4)
    rankShiftCount = row.integer(5)
    rankShift = row.integer(6)
    logprobShiftCount = row.integer(7)
    logprobShift = row.real(8)
    klCount = row.integer(9)
    klLow = row.real(10)
    klHigh = row.optionalReal(11)
  }

  static func += (sums: inout EmittedTokenSums, other: EmittedTokenSums) {
    sums.count += other.count
    sums.unshifted += other.unshifted
    sums.marginal += other.marginal
    sums.shifted += other.shifted
    sums.rankShiftCount += other.rankShiftCount
    sums.rankShift += other.rankShift
    sums.logprobShiftCount += other.logprobShiftCount
    sums.logprobShift += other.logprobShift
    sums.klCount += other.klCount
    sums.klLow += other.klLow
    if let high = other.klHigh { sums.klHigh? += high } else { sums.klHigh = nil }
  }

  /// Puts down ``columns``.
  func put(into row: inout RowValues) {
    for value in [count, unshifted, marginal, shifted, rankShiftCount, rankShift, logprobShiftCount] {
      row.put(value)
    }
    row.put(logprobShift)
    row.put(klCount)
    row.put(klLow)
    row.put(klHigh)
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

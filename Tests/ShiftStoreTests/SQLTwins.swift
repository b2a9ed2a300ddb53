import ShiftStore

/// The tables of `finish()` as plain SQL over `position`: slow and obvious.
enum SQLTwins {
  private static let joins = """
    FROM position
    JOIN measurement ON measurement.id = position.measurementID
    JOIN sequence ON sequence.id = measurement.sequenceID
    """

  /// The count, sum of lower bounds and sum of upper bounds of the finite `KL(tuned ‖ reference)` of a group.
  private static let klSums = """
    sum(coalesce(klTunedReference, klTunedReferenceLow) < 9e999),
    coalesce(sum(nullif(coalesce(klTunedReference, klTunedReferenceLow), 9e999)), 0.0),
    CASE WHEN count(*) = count(coalesce(klTunedReference, klTunedReferenceHigh))
         THEN coalesce(sum(nullif(coalesce(klTunedReference, klTunedReferenceHigh), 9e999)), 0.0) END
    """

  /// The columns of `emittedToken` that plain SQL counts.
  static let emittedColumns = """
    comparisonID, taskID, tokenID, count, unshifted, marginal, shifted, rankShiftCount, rankShiftSum,
    logprobShiftCount, logprobShiftSum, klTunedReferenceCount, klTunedReferenceSumLow, klTunedReferenceSumHigh
    """

  static let emittedTokens = """
    SELECT measurement.comparisonID, sequence.taskID, tokenID, count(*),
      sum(rankReference = 1 IS TRUE), sum(rankReference BETWEEN 2 AND 3 IS TRUE), sum(rankReference > 3 IS TRUE),
      count(rankShift), coalesce(sum(rankShift), 0),
      sum(abs(logprobShift) < 9e999 IS TRUE),
      coalesce(sum(CASE WHEN abs(logprobShift) < 9e999 THEN logprobShift END), 0.0),
      \(klSums)
    \(joins)
    GROUP BY measurement.comparisonID, sequence.taskID, tokenID
    """

  /// All tasks of a comparison together; every comparison here has several.
  static let emittedTokenTotals = """
    SELECT comparisonID, tokenID, sum(count), sum(unshifted), sum(marginal), sum(shifted), sum(rankShiftCount),
      sum(rankShiftSum), sum(logprobShiftCount), sum(logprobShiftSum), sum(klTunedReferenceCount),
      sum(klTunedReferenceSumLow),
      CASE WHEN count(*) = count(klTunedReferenceSumHigh) THEN sum(klTunedReferenceSumHigh) END
    FROM emittedToken GROUP BY comparisonID, tokenID
    """

  static func extremes(of metric: String, value: String, order: String) -> String {
    """
    SELECT '\(metric)', comparisonID, taskID, place, measurementID, position, value FROM (
      SELECT measurement.comparisonID, sequence.taskID, position.measurementID, position.position,
        1.0 * \(value) AS value,
        row_number() OVER (
          PARTITION BY measurement.comparisonID, sequence.taskID
          ORDER BY \(order) DESC, position.measurementID, position.position) AS place
      \(joins)
      WHERE \(value) IS NOT NULL)
    WHERE place <= \(ShiftIndex.extremeCount) ORDER BY comparisonID, taskID, place
    """
  }

  static func profile(scale: String, bin: String) -> String {
    """
    SELECT measurement.comparisonID, sequence.taskID, '\(scale)', \(bin) AS bin, count(*),
      sum(rankReference > 3 IS TRUE), count(rankReference), count(rankShift), coalesce(sum(rankShift), 0),
      \(klSums),
      count(*), sum(coalesce(jensenShannon, jensenShannonLow)),
      CASE WHEN count(*) = count(coalesce(jensenShannon, jensenShannonHigh))
           THEN sum(coalesce(jensenShannon, jensenShannonHigh)) END
    \(joins)
    GROUP BY measurement.comparisonID, sequence.taskID, \(bin)
    """
  }
}

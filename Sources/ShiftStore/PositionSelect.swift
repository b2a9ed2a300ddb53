import GRDB
import Measures
import Tokenization

/// Reads the positions of one measurement after another.
struct PositionSelect {
  private let rows: RowSelect

  private static let figures = [
    "klTunedReference", "klReferenceTuned", "jensenShannon", "totalVariation", "entropyReference",
    "entropyTuned",
  ]

  init(_ database: Database) throws {
    let figures = Self.figures.map { "\($0), \($0)Low, \($0)High" }.joined(separator: ", ")
    rows = try RowSelect(
      database,
      """
      SELECT position, tokenID, \(figures), logprobReference, logprobTuned, rankReference, rankReferenceLow,
        rankTuned, topReference, topTuned, coverageReference, coverageTuned, topOverlap
      FROM position WHERE measurementID = ? ORDER BY position
      """)
  }

  /// The positions of a measurement, rising.
  func positions(of measurementID: Int) throws -> [PositionMeasures] {
    var positions: [PositionMeasures] = []
    try rows.forEach([measurementID]) { positions.append(position) }
    return positions
  }

  private var position: PositionMeasures {
    PositionMeasures(
      position: rows.integer(0), tokenID: token(1),
      divergences: Divergences(
        klTunedReference: figure(2), klReferenceTuned: figure(5), jensenShannon: figure(8),
        totalVariation: figure(11), entropyReference: figure(14), entropyTuned: figure(17)),
      logprobReference: rows.optionalReal(20), logprobTuned: rows.optionalReal(21),
      rankReference: rows.optionalInteger(22), rankReferenceLow: rows.optionalInteger(23),
      rankTuned: rows.optionalInteger(24), topReference: token(25), topTuned: token(26),
      coverageReference: rows.real(27), coverageTuned: rows.real(28),
      topOverlap: rows.optionalInteger(29))
  }

  private func token(_ column: Int32) -> TokenID {
    TokenID(Int32(truncatingIfNeeded: rows.integer(column)))
  }

  /// A figure of three columns: bare where it is exact, else its bounds.
  private func figure(_ column: Int32) -> Figure {
    rows.optionalReal(column).map { .exact($0) }
      ?? .between(low: rows.real(column + 1), high: rows.optionalReal(column + 2))
  }
}

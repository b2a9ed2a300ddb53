import GRDB
import Measures
import Tokenization

/// Reads the positions of one measurement after another.
struct PositionSelect {
  private let rows: RowHandover

  private static let figures = [
    "klTunedReference", "klReferenceTuned", "jensenShannon", "totalVariation", "entropyReference",
    "entropyTuned",
  ]

  init(_ database: Database) throws {
    let figures = Self.figures.map { "\($0), \($0)Low, \($0)High" }.joined(separator: ", ")
    rows = try RowHandover(
      database,
      columns: """
        position, tokenID, \(figures), logprobReference, logprobTuned, rankReference, rankReferenceLow, rankTuned,
        topReference, topTuned, coverageReference, coverageTuned, topOverlap
        """, "FROM position WHERE measurementID = ?1")
  }

  /// The positions of a measurement, rising.
  func positions(of measurementID: Int) throws -> [PositionMeasures] {
    var positions: [PositionMeasures] = []
    try rows.forEach(measurementID) { positions.append(PositionMeasures($0)) }
    // By their primary key they come in this order; somebody may have added an index of another one.
    let isRising = zip(positions, positions.dropFirst()).allSatisfy { $0.position < $1.position }
    return isRising ? positions : positions.sorted { $0.position < $1.position }
  }
}

extension PositionMeasures {
  fileprivate init(_ row: ColumnValues) {
    self.init(
      position: row.integer(0), tokenID: row.token(1),
      divergences: Divergences(
        klTunedReference: row.figure(2), klReferenceTuned: row.figure(5), jensenShannon: row.figure(8),
        totalVariation: row.figure(11), entropyReference: row.figure(14), entropyTuned: row.figure(17)),
      logprobReference: row.optionalReal(20), logprobTuned: row.optionalReal(21),
      rankReference: row.optionalInteger(22), rankReferenceLow: row.optionalInteger(23),
      rankTuned: row.optionalInteger(24), topReference: row.token(25), topTuned: row.token(26),
      coverageReference: row.real(27), coverageTuned: row.real(28),
      topOverlap: row.optionalInteger(29))
  }
}

extension ColumnValues {
  fileprivate func token(_ column: Int) -> TokenID { TokenID(Int32(truncatingIfNeeded: integer(column))) }

  /// A figure of three columns: bare where it is exact, else its bounds.
  fileprivate func figure(_ column: Int) -> Figure {
    optionalReal(column).map { .exact($0) }
      ?? .between(low: real(column + 1), high: optionalReal(column + 2))
  }
}

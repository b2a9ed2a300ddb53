import GRDB
import Measures
import Tokenization

/// Inserts positions.
struct PositionInsert {
  private var row: RowInsert

  init(_ database: Database) throws {
    row = try RowInsert(database, into: "position", columns: 3 + 6 * 3 + 10, gathers: true)
  }

  /// Inserts the positions of a measurement; the last ones wait for others, or for ``finish()``.
  mutating func insert(_ positions: [PositionMeasures], measurementID: Int) throws {
    for position in positions { try insert(position, measurementID) }
  }

  /// Inserts the positions that wait.
  mutating func finish() throws { try row.finish() }

  private mutating func insert(_ position: PositionMeasures, _ measurementID: Int) throws {
    row.bind(measurementID)
    row.bind(position.position)
    row.bind(Int(position.tokenID.rawValue))
    let divergences = position.divergences
    bind(divergences.klTunedReference)
    bind(divergences.klReferenceTuned)
    bind(divergences.jensenShannon)
    bind(divergences.totalVariation)
    bind(divergences.entropyReference)
    bind(divergences.entropyTuned)
    row.bind(position.logprobReference)
    row.bind(position.logprobTuned)
    row.bind(position.rankReference)
    row.bind(position.rankReferenceLow)
    row.bind(position.rankTuned)
    row.bind(Int(position.topReference.rawValue))
    row.bind(Int(position.topTuned.rawValue))
    row.bind(position.coverageReference)
    row.bind(position.coverageTuned)
    row.bind(position.topOverlap)
    try row.insert()
  }

  private mutating func bind(_ figure: Figure) {
    row.bind(figure.exactValue)
    switch figure {
    case .exact:
      row.bind(nil as Double?)
      row.bind(nil as Double?)
    case .between(let low, let high):
      row.bind(low)
      row.bind(high)
    }
  }
}

import GRDB
import Measures
import Tokenization

/// Inserts positions.
struct PositionInsert {
  private let rows: RowHandIn

  init(_ database: Database) throws {
    rows = try RowHandIn(database, into: "position", keys: 1, columns: 2 + 6 * 3 + 10)
  }

  /// Inserts the positions of a measurement.
  func insert(_ positions: [PositionMeasures], measurementID: Int) throws {
    try rows.insert(positions, behind: [measurementID]) { $1.put($0) }
  }
}

extension RowValues {
  fileprivate mutating func put(_ position: PositionMeasures) {
    put(position.position)
    put(Int(position.tokenID.rawValue))
    let divergences = position.divergences
    put(divergences.klTunedReference)
    put(divergences.klReferenceTuned)
    put(divergences.jensenShannon)
    put(divergences.totalVariation)
    put(divergences.entropyReference)
    put(divergences.entropyTuned)
    put(position.logprobReference)
    put(position.logprobTuned)
    put(position.rankReference)
    put(position.rankReferenceLow)
    put(position.rankTuned)
    put(Int(position.topReference.rawValue))
    put(Int(position.topTuned.rawValue))
    put(position.coverageReference)
    put(position.coverageTuned)
    put(position.topOverlap)
  }

  private mutating func put(_ figure: Figure) {
    put(figure.exactValue)
    switch figure {
    case .exact:
      put(nil as Double?)
      put(nil as Double?)
    case .between(let low, let high):
      put(low)
      put(high)
    }
  }
}

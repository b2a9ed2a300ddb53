import GRDB
import Measures

/// Where each response first leaves what the reference would have said.
struct FirstDivergenceTally: PositionTally {
  static let table = "firstDivergence"

  /// The first position at which something is so; nil where it never is.
  private struct First {
    var position: Int?
    /// False where it may be so at an earlier position, at which it is not known.
    var isKnown: Bool

    /// - Parameter holds: Whether it is so at a position; nil where that is not known.
    init(_ positions: [PositionMeasures], _ holds: (PositionMeasures) -> Bool?) {
      let first = positions.first { holds($0) != false }
      isKnown = first.map { holds($0) != nil } ?? true
      position = isKnown ? first?.position : nil
    }
  }

  private var sequences: [(measurementID: Int, shifted: First, otherTop: First)] = []

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    let shifted = First(sequence.positions) { $0.shiftClass.map { $0 == .shifted } }
    let otherTop = First(sequence.positions) { $0.hasSameTop.map { !$0 } }
    sequences.append((sequence.measurementID, shifted, otherTop))
  }

  mutating func writeSequences(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 7)
    for sequence in sequences {
      row.bind(sequence.measurementID)
      row.bind(slice)
      for first in [sequence.shifted, sequence.otherTop] {
        row.bind(first.position)
        row.bind(first.isKnown ? 1 : 0)
      }
      try row.insert()
    }
    sequences = []
  }
}

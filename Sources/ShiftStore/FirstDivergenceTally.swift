import GRDB
import Measures

/// Where each response first leaves what the reference would have said.
struct FirstDivergenceTally: PositionTally {
  static let table = "firstDivergence"

  private var sequences: [(measurementID: Int, shifted: Int?, otherTop: Int?)] = []

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    let shifted = sequence.positions.first { $0.shiftClass == .shifted }
    let otherTop = sequence.positions.first { $0.hasSameTop == false }
    sequences.append((sequence.measurementID, shifted?.position, otherTop?.position))
  }

  mutating func write(_ slice: TallySlice, to database: Database) throws {
    try writeSequences(slice, to: database)
  }

  mutating func writeSequences(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 5)
    for sequence in sequences {
      row.bind(sequence.measurementID)
      row.bind(slice)
      row.bind(sequence.shifted)
      row.bind(sequence.otherTop)
      try row.insert()
    }
    sequences = []
  }
}

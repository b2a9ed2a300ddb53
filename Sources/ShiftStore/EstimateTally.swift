import GRDB
import Measures

/// What each sequence adds to sampled estimates, beside what `measurement` holds.
struct EstimateTally: PositionTally {
  static let table = "measurementEstimate"

  private var sequences: [(measurementID: Int, sums: EmittedSums)] = []

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    sequences.append((sequence.measurementID, EmittedSums(sequence.positions)))
  }

  mutating func writeSequences(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 19)
    for (measurementID, sums) in sequences {
      row.bind(measurementID)
      for count in [
        sums.pathCoverage, sums.pathUnknown, sums.topOverlapCount, sums.topOverlap,
        sums.shiftedTopOverlapCount, sums.shiftedTopOverlap,
      ] { row.bind(count) }
      row.bind(sums.logRankShiftCount)
      row.bind(sums.logRankShift)
      row.bind(sums.probabilityShiftCount)
      row.bind(sums.probabilityShift)
      row.bind(sums.probabilityShiftSquare)
      row.bind(sums.ratioCount)
      row.bind(sums.k3TunedReference)
      row.bind(sums.k3ReferenceTuned)
      row.bind(sums.ratioReferenceTuned)
      row.bind(sums.ratioReferenceTunedSquare)
      row.bind(sums.ratioTunedReference)
      row.bind(sums.ratioTunedReferenceSquare)
      try row.insert()
    }
    sequences = []
  }
}

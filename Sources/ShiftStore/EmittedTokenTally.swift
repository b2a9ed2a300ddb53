import GRDB
import Measures
import Tokenization

/// How each vocabulary token fared where it stands in the text.
struct EmittedTokenTally: PositionTally {
  static let table = "emittedToken"

  private var places: [Int32: Int] = [:]
  private var totals: [ShiftTotals] = []
  private var rankShifts: RankShiftCounts

  init(beside path: String) { rankShifts = RankShiftCounts(beside: path) }

  mutating func add(_ sequence: TalliedSequence) throws {
    for position in sequence.positions {
      let next = totals.count
      let place = places[position.tokenID.rawValue, default: next]
      if place == next {
        places[position.tokenID.rawValue] = place
        totals.append(ShiftTotals())
      }
      totals[place].add(position)
      if let shift = position.rankShift { try rankShifts.add(shift, of: position.tokenID.rawValue) }
    }
  }

  mutating func write(_ slice: TallySlice, to database: Database) throws {
    var rankShifts = try rankShifts.reader()
    try RowInsert.rows(database, into: Self.table, columns: 15) { row in
      for (token, place) in places.sorted(by: { $0.key < $1.key }) {
        let total = totals[place]
        row.bind(slice.comparisonID)
        row.bind(slice.taskID)
        row.bind(Int(token))
        row.bind(total.count)
        row.bind(total.unshifted)
        row.bind(total.marginal)
        row.bind(total.shifted)
        row.bind(total.rankShiftCount)
        row.bind(total.rankShift)
        row.bind(total.logprobShiftCount)
        row.bind(total.logprobShift)
        row.bind(total.klTunedReference)
        row.bind(try rankShifts.encoding(of: token))
        try row.insert()
      }
    }
  }
}

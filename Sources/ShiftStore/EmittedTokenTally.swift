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
    let rows = try RowHandIn(database, into: Self.table, columns: 15)
    try rows.insert(places.sorted { $0.key < $1.key }) { place, row in
      let (token, total) = (place.key, totals[place.value])
      row.put(slice)
      row.put(Int(token))
      row.put(total.count)
      row.put(total.unshifted)
      row.put(total.marginal)
      row.put(total.shifted)
      row.put(total.rankShiftCount)
      row.put(total.rankShift)
      row.put(total.logprobShiftCount)
      row.put(total.logprobShift)
      row.put(total.klTunedReference)
      row.put(try rankShifts.encoding(of: token))
    }
  }
}

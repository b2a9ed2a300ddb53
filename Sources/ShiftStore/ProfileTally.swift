import GRDB
import Measures

/// The shift along the response: by position, and by the hundredth part of the response.
struct ProfileTally: PositionTally {
  static let table = "profile"

  /// By bin; bins without a position have a count of 0 and no row.
  private var absolute: [ShiftTotals] = []
  private var relative = [ShiftTotals](repeating: ShiftTotals(), count: 100)

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    for position in sequence.positions {
      if position.position >= absolute.count {
        absolute += repeatElement(ShiftTotals(), count: position.position + 1 - absolute.count)
      }
      absolute[position.position].add(position)
      relative[sequence.part(of: position, among: relative.count)].add(position)
    }
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 12)
    for (scale, bins) in [(ProfileScale.absolute, absolute), (.relative, relative)] {
      for (bin, total) in bins.enumerated() where total.count > 0 {
        row.bind(slice.comparisonID)
        row.bind(slice.taskID)
        row.bind(scale.rawValue)
        row.bind(bin)
        row.bind(total.count)
        row.bind(total.shifted)
        row.bind(total.ranked)
        row.bind(total.rankShiftCount)
        row.bind(total.rankShift)
        row.bind(total.klTunedReference)
        try row.insert()
      }
    }
  }
}

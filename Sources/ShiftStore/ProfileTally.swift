import GRDB
import Measures

/// The shift along the response: by position, and by the hundredth part of the response.
struct ProfileTally: PositionTally {
  static let table = "profile"

  private struct Bin {
    var totals = ShiftTotals()
    var jensenShannon = FigureSum()

    mutating func add(_ position: PositionMeasures) {
      totals.add(position)
      jensenShannon.add(position.divergences.jensenShannon)
    }
  }

  /// By bin; bins without a position have a count of 0 and no row.
  private var absolute: [Bin] = []
  private var relative = [Bin](repeating: Bin(), count: 100)

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    for position in sequence.positions {
      if position.position >= absolute.count {
        absolute += repeatElement(Bin(), count: position.position + 1 - absolute.count)
      }
      absolute[position.position].add(position)
      relative[sequence.part(of: position, among: relative.count)].add(position)
    }
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 15)
    for (scale, bins) in [(ProfileScale.absolute, absolute), (.relative, relative)] {
      for (bin, sums) in bins.enumerated() where sums.totals.count > 0 {
        let total = sums.totals
        row.bind(slice)
        row.bind(scale.rawValue)
        row.bind(bin)
        row.bind(total.count)
        row.bind(total.shifted)
        row.bind(total.ranked)
        row.bind(total.rankShiftCount)
        row.bind(total.rankShift)
        row.bind(total.klTunedReference)
        row.bind(sums.jensenShannon)
        try row.insert()
      }
    }
  }
}

import GRDB
import Measures

/// How the shift is spread over positions: quantiles, and what the largest positions hold.
struct DistributionTally: PositionTally {
  static let table = "distribution"
  static let tables = [table, "concentration"]
  static let countsWhole = true

  private var klTunedReference: MeasureDistribution
  private var jensenShannon: MeasureDistribution
  /// How often each rank shift occurs.
  private var rankShifts: [Int: Int] = [:]
  private var spreads: [(measure: SummaryFigure, spread: MeasureDistribution.Spread)] = []

  init(beside path: String) {
    klTunedReference = MeasureDistribution(beside: path)
    jensenShannon = MeasureDistribution(beside: path)
  }

  mutating func add(_ sequence: TalliedSequence) throws {
    for position in sequence.positions {
      try klTunedReference.add(position.divergences.klTunedReference)
      try jensenShannon.add(position.divergences.jensenShannon)
      if let shift = position.rankShift { rankShifts[shift, default: 0] += 1 }
    }
  }

  private static let quantiles = [("Median", 0.5), ("P90", 0.9), ("P99", 0.99), ("P999", 0.999), ("Max", 1)]

  mutating func conclude() throws {
    let fractions = Self.quantiles.map(\.1)
    spreads = [
      (.klTunedReference, try klTunedReference.spread(fractions)),
      (.jensenShannon, try jensenShannon.spread(fractions)),
    ]
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var figures = try RowInsert(database, into: Self.table, columns: 5)
    var shares = try RowInsert(database, into: "concentration", columns: 6)
    for (measure, spread) in spreads {
      var found = zip(Self.quantiles.map(\.0), spread.quantiles).map { ($0, $1) }
      if let concentrated = spread.concentrated {
        found += [
          ("Gini", concentrated.gini), ("Top1Share", concentrated.shares[1]),
          ("Top5Share", concentrated.shares[5]),
        ]
        for (percent, share) in concentrated.shares.enumerated() {
          shares.bind(slice)
          shares.bind(measure.rawValue)
          shares.bind(percent)
          shares.bind(share)
          try shares.insert()
        }
      }
      for (name, figure) in found {
        try Self.insert(measure.rawValue + name, figure, slice, &figures)
      }
    }
    if let median = rankShiftMedian {
      try Self.insert(SummaryFigure.rankShiftMedian.rawValue, .exact(median), slice, &figures)
    }
  }

  private static func insert(
    _ name: String, _ figure: Figure, _ slice: TallySlice, _ row: inout RowInsert
  ) throws {
    row.bind(slice)
    row.bind(name)
    row.bind(figure)
    try row.insert()
  }

  /// The mean of the two middle rank shifts.
  private var rankShiftMedian: Double? {
    let total = rankShifts.values.reduce(0, +)
    guard total > 0 else { return nil }
    var middle: [Int] = []
    var passed = 0
    for (shift, count) in rankShifts.sorted(by: { $0.key < $1.key }) {
      for place in [(total - 1) / 2, total / 2] where (passed..<passed + count).contains(place) {
        middle.append(shift)
      }
      passed += count
    }
    return Double(middle.reduce(0, +)) / 2
  }
}

extension RowInsert {
  /// Binds comparison and task.
  mutating func bind(_ slice: TallySlice) {
    bind(slice.comparisonID)
    bind(slice.taskID)
  }

  /// Binds a lower bound and an upper one, which are the same where the figure is exact.
  mutating func bind(_ figure: Figure) {
    bind(figure.low)
    bind(figure.high)
  }
}

extension RowValues {
  /// Puts down comparison and task.
  mutating func put(_ slice: TallySlice) {
    put(slice.comparisonID)
    put(slice.taskID)
  }
}

import GRDB
import Measures

/// The most shifted positions by each metric.
struct ExtremeTally: PositionTally {
  static let table = "extreme"

  private var largest = Metric.allCases.map { _ in LargestPositions(limit: ShiftIndex.extremeCount) }

  init(beside path: String) {}

  mutating func add(_ sequence: TalliedSequence) {
    for (place, metric) in Metric.allCases.enumerated() {
      for position in sequence.positions {
        guard let value = metric.value(position), !value.isNaN else { continue }
        largest[place].offer(
          LargestPositions.Entry(
            size: metric.ordersByMagnitude ? value.magnitude : value, value: value,
            measurementID: sequence.measurementID, position: position.position))
      }
    }
  }

  mutating func write(_ slice: TallySlice, to database: Database) throws {
    // In the order of the key, so that every row goes to the end of the table: half the cost.
    let named = zip(Metric.allCases, largest.indices).sorted { $0.0.rawValue < $1.0.rawValue }
    let rows = try RowHandIn(database, into: Self.table, columns: 7)
    for (metric, place) in named {
      try rows.insert(largest[place].sorted.enumerated()) { numbered, row in
        let (place, entry) = numbered
        row.put(metric.rawValue)
        row.put(slice)
        row.put(place + 1)
        row.put(entry.measurementID)
        row.put(entry.position)
        row.put(entry.value)
      }
    }
  }
}

extension Metric {
  /// The metric at a position, or its lower bound; nil where it is not known.
  func value(_ position: PositionMeasures) -> Double? {
    switch self {
    case .klTunedReference: position.divergences.klTunedReference.low
    case .klReferenceTuned: position.divergences.klReferenceTuned.low
    case .jensenShannon: position.divergences.jensenShannon.low
    case .totalVariation: position.divergences.totalVariation.low
    case .rankShift: position.rankShift.map(Double.init)
    case .logprobShift: position.logprobShift
    }
  }
}

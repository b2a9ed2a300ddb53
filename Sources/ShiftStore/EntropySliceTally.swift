import Foundation
import GRDB
import Measures

/// The shift by the reference's own doubt: tenths of the positions by its entropy, and buckets of its probability of
/// the emitted token.
///
/// It keeps every position of a slice until the slice is whole: only then are the tenths known.
struct EntropySliceTally: PositionTally {
  static let table = "slice"
  static let countsWhole = true

  /// Where buckets of probability begin.
  static let confidenceEdges = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.95]
  private static let slices = 10

  /// What a tenth needs of a position; upper bounds are infinite where there is none.
  private struct Position {
    var entropyLow: Double
    var entropyHigh: Double
    var klLow: Double
    var klHigh: Double
    var rankShift: Int32?
    var shiftClass: ShiftClass?

    init(_ position: PositionMeasures) {
      entropyLow = position.divergences.entropyReference.low
      entropyHigh = position.divergences.entropyReference.high ?? .infinity
      klLow = position.divergences.klTunedReference.low
      klHigh = position.divergences.klTunedReference.high ?? .infinity
      rankShift = position.rankShift.map { Int32(clamping: $0) }
      shiftClass = position.shiftClass
    }

    var klTunedReference: Figure {
      klLow == klHigh ? .exact(klLow) : .between(low: klLow, high: klHigh.isFinite ? klHigh : nil)
    }
  }

  private var positions: [Position] = []
  private var buckets = [ShiftTotals](repeating: ShiftTotals(), count: confidenceEdges.count)

  mutating func add(_ sequence: TalliedSequence) {
    for position in sequence.positions {
      positions.append(Position(position))
      if let logprob = position.logprobReference {
        let probability = exp(logprob)
        let bucket = Self.confidenceEdges.lastIndex { probability >= $0 } ?? 0
        buckets[bucket].add(position)
      }
    }
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 15)
    // Ties stay in the order of the plan.
    let order = positions.indices.sorted {
      (positions[$0].entropyLow, $0) < (positions[$1].entropyLow, $1)
    }
    for place in 0..<Self.slices {
      let members = order[order.count * place / Self.slices..<order.count * (place + 1) / Self.slices]
      guard let first = members.first, let last = members.last else { continue }
      let (start, end) = (positions[first].entropyLow, positions[last].entropyLow)
      var totals = ShiftTotals()
      var undecided = 0
      for member in members {
        let position = positions[member]
        if position.entropyHigh > end { undecided += 1 }
        totals.add(
          klTunedReference: position.klTunedReference, shiftClass: position.shiftClass,
          rankShift: position.rankShift.map { Int($0) })
      }
      // Of the last tenth every position is in it, however large its entropy is.
      if place == Self.slices - 1 { undecided = 0 }
      try Self.insert(slice, "entropy", place, start...end, undecided, totals, &row)
    }
    for (place, totals) in buckets.enumerated() where totals.count > 0 {
      let end = place + 1 < Self.confidenceEdges.count ? Self.confidenceEdges[place + 1] : 1
      try Self.insert(
        slice, "confidence", place, Self.confidenceEdges[place]...end, 0, totals, &row)
    }
  }

  private static func insert(
    _ slice: TallySlice, _ kind: String, _ place: Int, _ range: ClosedRange<Double>, _ undecided: Int,
    _ totals: ShiftTotals, _ row: inout RowInsert
  ) throws {
    row.bind(slice)
    row.bind(kind)
    row.bind(place)
    row.bind(range.lowerBound)
    row.bind(range.upperBound)
    row.bind(undecided)
    row.bind(totals.count)
    row.bind(totals.shifted)
    row.bind(totals.ranked)
    row.bind(totals.rankShiftCount)
    row.bind(totals.rankShift)
    row.bind(totals.klTunedReference)
    try row.insert()
  }
}

extension ShiftTotals {
  /// Adds a position of which only these are known.
  fileprivate mutating func add(
    klTunedReference figure: Figure, shiftClass: ShiftClass?, rankShift shift: Int?
  ) {
    count += 1
    switch shiftClass {
    case .unshifted: unshifted += 1
    case .marginal: marginal += 1
    case .shifted: shifted += 1
    case nil: break
    }
    if let shift {
      rankShiftCount += 1
      rankShift += shift
    }
    klTunedReference.add(figure)
  }
}

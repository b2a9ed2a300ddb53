import Foundation
import GRDB
import Measures

/// The shift by the reference's own doubt: tenths of the positions by its entropy, and buckets of its probability of
/// the emitted token.
struct EntropySliceTally: PositionTally {
  static let table = "slice"
  static let countsWhole = true

  /// Where buckets of probability begin.
  static let confidenceEdges = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.95]
  private static let slices = 10

  /// What a tenth needs of a position; upper bounds are infinite where there is none.
  private struct Position: KeyedRecord {
    var entropyLow: Double
    var entropyHigh: Double
    var klLow: Double
    var klHigh: Double
    var mark: ShiftMark
    var key: UInt64 { entropyLow.risingKey }
    static var differsInUpperHalf: Bool { true }

    init(_ position: PositionMeasures) {
      entropyLow = position.divergences.entropyReference.low
      entropyHigh = position.divergences.entropyReference.high ?? .infinity
      klLow = position.divergences.klTunedReference.low
      klHigh = position.divergences.klTunedReference.high ?? .infinity
      mark = ShiftMark(position)
    }

    var klTunedReference: Figure {
      klLow == klHigh ? .exact(klLow) : .between(low: klLow, high: klHigh.isFinite ? klHigh : nil)
    }
  }

  /// One tenth of the positions.
  private struct Tenth {
    var start: Double
    var end: Double
    var undecided = 0
    var totals = ShiftTotals()
  }

  private var positions: SortedRuns<Position>
  private var tenths: [Tenth?] = []
  private var buckets = [ShiftTotals](repeating: ShiftTotals(), count: confidenceEdges.count)

  init(beside path: String) { positions = SortedRuns(beside: path) }

  mutating func add(_ sequence: TalliedSequence) throws {
    for position in sequence.positions {
      try positions.append(Position(position))
      if let logprob = position.logprobReference {
        let probability = exp(logprob)
        let bucket = Self.confidenceEdges.lastIndex { probability >= $0 } ?? 0
        buckets[bucket].add(position)
      }
    }
  }

  /// Where each tenth ends is known before its positions are looked at: whether one may belong to a later tenth depends
  /// on it. Ties stay in the order of the plan.
  mutating func conclude() throws {
    let count = positions.count
    let counts = (0..<Self.slices).map { count * ($0 + 1) / Self.slices - count * $0 / Self.slices }
    var ends = try positions.merge()
    tenths = try counts.map { count in
      var tenth: Tenth?
      for _ in 0..<count {
        guard let entropy = try ends.next()?.entropyLow else { break }
        tenth = Tenth(start: tenth?.start ?? entropy, end: entropy)
      }
      return tenth
    }
    var members = try positions.merge()
    for (place, count) in counts.enumerated() {
      guard var tenth = tenths[place] else { continue }
      for _ in 0..<count {
        guard let position = try members.next() else { break }
        // Of the last tenth every position is in it, however large its entropy is.
        if position.entropyHigh > tenth.end, place < Self.slices - 1 { tenth.undecided += 1 }
        tenth.totals.add(
          klTunedReference: position.klTunedReference, shiftClass: position.mark.shiftClass,
          rankShift: position.mark.rankShift)
      }
      tenths[place] = tenth
    }
  }

  func write(_ slice: TallySlice, to database: Database) throws {
    var row = try RowInsert(database, into: Self.table, columns: 15)
    for (place, tenth) in tenths.enumerated() {
      guard let tenth else { continue }
      try Self.insert(
        slice, "entropy", place, tenth.start...tenth.end, tenth.undecided, tenth.totals, &row)
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

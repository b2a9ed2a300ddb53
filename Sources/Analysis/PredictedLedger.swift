import Measures
import ShiftStore

/// The running sums of the predicted-token tables, one for each comparison and task.
struct PredictedLedger {
  private struct Slice: Hashable {
    var comparisonID: Int
    var task: String
  }

  private var sums: [Slice: PredictedSumRecord]
  private var changed: Set<Slice> = []

  /// Goes on from sums read out of an index.
  init(_ records: [PredictedSumRecord]) {
    sums = Dictionary(
      records.map { (Slice(comparisonID: $0.comparisonID, task: $0.task), $0) },
      uniquingKeysWith: { first, second in
        var sum = first
        sum.add(second)
        return sum
      })
  }

  /// Adds what one measurement moved.
  mutating func add(_ shares: PredictedShares, of record: MeasurementRecord) {
    guard case .measured(let sequence, _, _) = record.outcome else { return }
    let slice = Slice(comparisonID: record.comparisonID, task: sequence.task)
    changed.insert(slice)
    sums[
      slice,
      default: PredictedSumRecord(
        comparisonID: slice.comparisonID, task: slice.task, positions: 0, infinitePositions: 0, klShare: [],
        movedMass: [])
    ].add(
      positions: shares.positionCount, infinitePositions: shares.infinitePositionCount,
      klShare: shares.klShares, movedMass: shares.movedMass)
  }

  /// The sums that changed since the last call, in a fixed order.
  mutating func takeChanged() -> [PredictedSumRecord] {
    defer { changed = [] }
    return changed.compactMap { sums[$0] }
      .sorted { ($0.comparisonID, $0.task) < ($1.comparisonID, $1.task) }
  }
}

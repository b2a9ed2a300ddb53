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
      uniqueKeysWithValues: records.map { (Slice(comparisonID: $0.comparisonID, task: $0.task), $0) })
  }

  /// Adds what one measurement moved.
  mutating func add(_ item: MeasuredItem) {
    guard let moved = item.moved, case .measured(let sequence, _, _) = item.record.outcome else { return }
    let slice = Slice(comparisonID: item.record.comparisonID, task: sequence.task)
    changed.insert(slice)
    guard sums[slice] != nil else {
      sums[slice] = PredictedSumRecord(
        comparisonID: slice.comparisonID, task: slice.task, positions: moved.positions,
        infinitePositions: moved.infinitePositions, klShare: moved.klShare, movedMass: moved.movedMass)
      return
    }
    sums[slice]?.positions += moved.positions
    sums[slice]?.infinitePositions += moved.infinitePositions
    sums[slice]?.klShare.add(moved.klShare)
    sums[slice]?.movedMass.add(moved.movedMass)
  }

  /// The sums that changed since the last call, in a fixed order.
  mutating func takeChanged() -> [PredictedSumRecord] {
    defer { changed = [] }
    return changed.compactMap { sums[$0] }
      .sorted { ($0.comparisonID, $0.task) < ($1.comparisonID, $1.task) }
  }
}

extension [ExactSum] {
  /// Adds element by element. Models of one study have one width; a wider row extends the sums.
  fileprivate mutating func add(_ other: [ExactSum]) {
    if other.count > count { append(contentsOf: repeatElement(ExactSum(), count: other.count - count)) }
    for index in other.indices { self[index] += other[index] }
  }
}

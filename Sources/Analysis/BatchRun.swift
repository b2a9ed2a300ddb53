import Measures
public import ShiftStore
import Traces

/// How a batch ended.
public enum BatchOutcome: Equatable, Sendable {
  /// Every planned measurement was tried; so many could not be made, and are listed in the index with the reason.
  case finished(refused: Int)
  /// It was asked to stop. The index holds what was measured; the same run goes on from there.
  case stopped
}

/// Measures a planned study into an index: many sequences at once, their results in the order of the plan.
///
/// Results enter the index in the plan's order and in transactions whose borders depend on the plan, and on where it was
/// stopped. So the rows are the same for any number of threads, and a run that was interrupted goes on where the last one
/// ended.
public struct BatchRun: Sendable {
  private let plan: StudyPlan
  private let jobs: Int

  /// Positions after which a transaction ends: often enough to lose little, seldom enough to cost little.
  private static let positionsPerTransaction = 16_384
  /// Measurements after which a transaction ends, however short they are.
  private static let measurementsPerTransaction = 64
  /// Entries of moved tokens after which a transaction ends: dense rows move all of a vocabulary, at 12 bytes each.
  private static let movedTokensPerTransaction = 1 << 20

  /// A run of a plan.
  ///
  /// - Parameter jobs: How many sequences are measured at once, at least 1.
  public init(_ plan: StudyPlan, jobs: Int) {
    precondition(jobs >= 1, "jobs must be at least 1, but is \(jobs)")
    self.plan = plan
    self.jobs = jobs
  }

  /// Measures what the index lacks.
  ///
  /// - Parameters:
  ///   - index: An index made from this plan, new or unfinished.
  ///   - stop: Asked before each sequence.
  ///   - progress: Told after each sequence.
  public func run(
    into index: ShiftIndex, stop: StopRequest, progress: (BatchProgress) -> Void
  ) async throws -> BatchOutcome {
    let done = try index.progress().measured
    var ledger = Ledger(
      index: index, frontier: done, predicted: PredictedLedger(try index.predictedSums()),
      weights: plan.measurements.map(plan.weight))
    try await withThrowingTaskGroup(of: [MeasuredItem].self) { group in
      var next = done
      var running = 0
      /// The tasks of which not all is handed on.
      var open: [Range<Int>] = []
      func launch() {
        open.removeAll { $0.upperBound <= ledger.frontier }
        // A slow sequence at the frontier must not let finished ones pile up behind it.
        while next < plan.measurements.count, !stop.isMade, running < jobs, open.count < jobs * 4 {
          let task = plan.task(from: next)
          next = task.upperBound
          running += 1
          open.append(task)
          group.addTask { [plan] in plan.measure(task, stop) }
        }
      }
      launch()
      while let items = try await group.next() {
        running -= 1
        for item in items {
          try await ledger.take(item)
          progress(ledger.progress)
        }
        launch()
      }
    }
    try await ledger.commit()
    try await ledger.writing.end()
    guard ledger.frontier == plan.measurements.count else { return .stopped }
    try index.finish(threads: jobs)
    return .finished(refused: try index.refusedCount())
  }

  /// What has arrived, and what of it is in the index.
  private struct Ledger {
    let index: ShiftIndex
    /// Measurements handed to the batch in hand or to the index, all of them from the plan's beginning.
    private(set) var frontier: Int
    var predicted: PredictedLedger
    var writing = IndexWriting()
    private let weights: [Double]
    private let total: Double
    private var left: Double
    private var waiting: [Int: MeasuredItem] = [:]
    private var batch: [MeasurementRecord] = []
    private var batchPositions = 0
    private var batchMovedTokens = 0
    private var positions = 0
    private var doneNow = 0.0

    init(index: ShiftIndex, frontier: Int, predicted: PredictedLedger, weights: [Double]) {
      self.index = index
      self.frontier = frontier
      self.predicted = predicted
      self.weights = weights
      total = weights.reduce(0, +)
      left = weights[frontier...].reduce(0, +)
    }

    var progress: BatchProgress {
      BatchProgress(
        done: frontier, planned: weights.count, positions: positions,
        fractionDoneNow: doneNow / total, fractionLeft: left / total)
    }

    mutating func take(_ item: MeasuredItem) async throws {
      waiting[item.record.id] = item
      while let item = waiting.removeValue(forKey: frontier + 1) {
        doneNow += weights[frontier]
        left -= weights[frontier]
        frontier += 1
        batch.append(item.record)
        batchPositions += item.positions
        batchMovedTokens += item.record.moved?.count ?? 0
        positions += item.positions
        predicted.add(item)
        if isFull { try await commit() }
      }
    }

    /// Depends on the plan alone, so that transactions do but for the last one of a run that is stopped.
    private var isFull: Bool {
      batchPositions >= positionsPerTransaction || batch.count >= measurementsPerTransaction
        || batchMovedTokens >= movedTokensPerTransaction
    }

    mutating func commit() async throws {
      try await writing.begin { [index, batch, sums = predicted.takeChanged()] in
        try index.append(batch, predicted: sums)
      }
      batch = []
      batchPositions = 0
      batchMovedTokens = 0
    }
  }
}

extension StudyPlan {
  /// Measurements that one task makes at most, and the input bytes of several: short sequences are not worth a change of
  /// threads for each.
  private static let measurementsPerTask = 16
  private static let bytesPerTask = 1e6

  /// The measurements of the task that begins with this one.
  fileprivate func task(from first: Int) -> Range<Int> {
    var bytes = 0.0
    let count = measurements[first...].prefix(Self.measurementsPerTask).prefix {
      bytes += weight(of: $0)
      return bytes <= Self.bytesPerTask
    }.count
    return first..<first + max(1, count)
  }

  /// Measures one after the other until it is asked to stop.
  fileprivate func measure(_ task: Range<Int>, _ stop: StopRequest) -> [MeasuredItem] {
    var items: [MeasuredItem] = []
    for planned in measurements[task] where !stop.isMade { items.append(measure(planned)) }
    return items
  }

  /// The input bytes of one measurement, for the remaining time: a file's bytes shared out evenly.
  fileprivate func weight(of planned: PlannedMeasurement) -> Double {
    [planned.reference, planned.tuned].reduce(0) { sum, place in
      sum + Double(max(record.inputs[place.file].byteCount, 1)) / Double(files[place.file].entries.count)
    }
  }
}

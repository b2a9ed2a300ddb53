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

  /// A number of positions, of measurements, and of entries of moved tokens: dense rows move all of a vocabulary.
  private struct Amount {
    var positions = 0
    var measurements = 0
    var movedTokens = 0

    mutating func add(_ item: MeasuredItem) {
      positions += item.positions
      measurements += 1
      movedTokens += item.record.moved?.count ?? 0
    }

    /// Whether they take megabytes.
    var isLarge: Bool { movedTokens >= 1 << 16 }

    /// Whether any of the three is as large as a limit.
    func reaches(_ limit: Amount) -> Bool {
      positions >= limit.positions || measurements >= limit.measurements
        || movedTokens >= limit.movedTokens
    }
  }

  /// After which a transaction ends: often enough to lose little, seldom enough to cost little. The sums over the
  /// vocabulary are written with each.
  private static let transactionLimit = Amount(
    positions: 16_384, measurements: 64, movedTokens: 16 << 20)
  /// After which rows are handed on to be written, so that few of them wait in memory.
  private static let portionLimit = Amount(positions: 2048, measurements: 16, movedTokens: 1 << 17)

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
    let room = MeasuringRoom()
    var ledger = Ledger(
      index: index, frontier: done, predicted: PredictedLedger(try index.predictedSums()), room: room,
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
          group.addTask { [plan] in plan.measure(task, stop, in: room) }
        }
      }
      launch()
      while var items = try await group.next() {
        running -= 1
        // Taken out, so that nothing else holds the memory that the ledger gives back.
        while !items.isEmpty {
          try await ledger.take(items.removeFirst())
          progress(ledger.progress)
        }
        launch()
      }
    }
    guard ledger.frontier == plan.measurements.count else {
      try await ledger.commit()
      try await ledger.writing.end()
      return .stopped
    }
    try await ledger.leaveOpen()
    try await ledger.writing.end()
    room.clear()
    try index.finish(threads: jobs)
    return .finished(refused: try index.refusedCount())
  }

  /// What has arrived, and what of it is in the index.
  private struct Ledger {
    let index: ShiftIndex
    /// Measurements that were taken, all of them from the plan's beginning.
    private(set) var frontier: Int
    private var predicted: PredictedLedger
    var writing = IndexWriting()
    private let weights: [Double]
    private let total: Double
    private var left: Double
    private var waiting: [Int: MeasuredItem] = [:]
    /// Where the memory of what is added goes.
    private let room: MeasuringRoom
    /// What is not handed on yet.
    private var records: [MeasurementRecord] = []
    private var portion = Amount()
    private var transaction = Amount()
    private var positions = 0
    private var doneNow = 0.0

    init(
      index: ShiftIndex, frontier: Int, predicted: PredictedLedger, room: MeasuringRoom, weights: [Double]
    ) {
      self.index = index
      self.frontier = frontier
      self.predicted = predicted
      self.room = room
      self.weights = weights
      total = weights.reduce(0, +)
      left = weights[frontier...].reduce(0, +)
    }

    var progress: BatchProgress {
      BatchProgress(
        done: frontier, planned: weights.count, positions: positions,
        fractionDoneNow: doneNow / total, fractionLeft: left / total)
    }

    mutating func take(_ item: consuming MeasuredItem) async throws {
      waiting[item.record.id] = item
      while var item = waiting.removeValue(forKey: frontier + 1) {
        doneNow += weights[frontier]
        left -= weights[frontier]
        frontier += 1
        records.append(item.record)
        portion.add(item)
        transaction.add(item)
        positions += item.positions
        if let shares = item.shares.take() {
          predicted.add(shares, of: item.record)
          room.giveBack(shares)
        }
        // Both depend on the plan alone, but for the last ones of a run that is stopped: so does where rows lie in the file.
        if transaction.reaches(transactionLimit) {
          try await commit()
        } else if portion.reaches(portionLimit) {
          try await append()
        }
      }
    }

    private mutating func append() async throws {
      try await writing.begin(isLarge: portion.isLarge) { [index, records, room] in
        try index.append(records)
        room.giveBack(records)
      }
      records = []
      portion = Amount()
    }

    /// Hands on what is left, for the transaction in which tables are counted from it: the disk is waited for once.
    mutating func leaveOpen() async throws {
      try await writing.begin { [index, records, sums = predicted.takeChanged()] in
        try index.append(records)
        try index.write(predicted: sums)
      }
      records = []
      predicted = PredictedLedger([])
    }

    mutating func commit() async throws {
      try await writing.begin(isLarge: portion.isLarge) {
        [index, records, room, sums = predicted.takeChanged()] in
        try index.append(records)
        try index.commit(predicted: sums)
        // Last, as memory can be used again only when nothing else holds it.
        room.giveBack(records)
      }
      records = []
      portion = Amount()
      transaction = Amount()
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
  fileprivate func measure(_ task: Range<Int>, _ stop: StopRequest, in room: MeasuringRoom) -> [MeasuredItem]
  {
    var items: [MeasuredItem] = []
    for planned in measurements[task] where !stop.isMade { items.append(measure(planned, in: room)) }
    return items
  }

  /// The input bytes of one measurement, for the remaining time: a file's bytes shared out evenly.
  fileprivate func weight(of planned: PlannedMeasurement) -> Double {
    [planned.reference, planned.tuned].reduce(0) { sum, place in
      sum + Double(max(record.inputs[place.file].byteCount, 1)) / Double(files[place.file].entries.count)
    }
  }
}

import GRDB
import Measures
import Synchronization

/// The one pass over all positions in which tables are counted: by comparison, task, sequence and position.
///
/// While one thread reads the next positions, others count those that were read. A tally sees its positions in one order
/// whoever hands them over, so that the tables do not depend on the number of threads.
struct TallyPass {
  /// Positions that are read, then counted, at once: enough to be worth sharing out, few enough for the cache.
  private static let positionsAtOnce = 2048

  /// Sequences of one comparison and task that are counted together.
  private struct Stretch {
    var slice: TallySlice
    var sequences: [TalliedSequence] = []
  }

  private let kinds: [any PositionTally.Type]
  private let index: ShiftIndex
  private var predicted: PredictedTables
  private let threads: Int
  private let database: Database
  private let positions: PositionSelect
  private let rows: RowCursor
  /// A sequence that was read and belongs to the next stretch.
  private var ahead: (slice: TallySlice, sequence: TalliedSequence)?

  private var slice: TallySlice?
  /// Those of the slice.
  private var tallies: [any PositionTally] = []
  /// Those of all tasks of the comparison together.
  private var wholes: [any PositionTally] = []
  private var taskCount = 0
  /// The slice whose rows of predicted tokens are not written yet.
  private var unwritten: TallySlice?

  /// - Parameters:
  ///   - kinds: The tallies. Their tables are emptied first.
  ///   - index: The index. Its tables of predicted tokens are filled by the way.
  ///   - threads: How many threads count.
  init(
    _ kinds: [any PositionTally.Type], of index: ShiftIndex, threads: Int, _ database: Database
  ) throws {
    self.kinds = kinds
    self.index = index
    predicted = try PredictedTables(of: index, database)
    self.threads = threads
    self.database = database
    for kind in kinds {
      for table in kind.tables { try database.execute(sql: "DELETE FROM \(table)") }
    }
    positions = try PositionSelect(database)
    rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT comparisonID, taskID, measurement.id, prompt, length(tokens) / 4 - promptLength
        FROM measurement JOIN sequence ON sequence.id = sequenceID
        ORDER BY comparisonID, taskID, measurement.id
        """)
  }

  /// Counts everything. What is left to do is ``writePredicted()``.
  mutating func run() throws {
    var stretch = try nextStretch()
    while let current = stretch {
      if current.slice != slice { try begin(current.slice) }
      stretch = try count(current.sequences)
      for place in tallies.indices { try tallies[place].writeSequences(current.slice, to: database) }
    }
    try end(isLastOfComparison: true)
  }

  /// Counts sequences and reads the next ones.
  private mutating func count(_ sequences: [TalliedSequence]) throws -> Stretch? {
    var all = tallies + wholes
    // Not held twice, or each would be copied when it changes.
    tallies = []
    wholes = []
    let next = try forEachInParallel(&all, threads: threads) { tally in
      for sequence in sequences { try tally.add(sequence) }
    } meanwhile: {
      try nextStretch()
    }
    tallies = Array(all.prefix(kinds.count))
    wholes = Array(all.dropFirst(kinds.count))
    return next
  }

  private mutating func begin(_ next: TallySlice) throws {
    let isNewComparison = next.comparisonID != slice?.comparisonID
    try end(isLastOfComparison: isNewComparison)
    if isNewComparison {
      wholes = kinds.filter { $0.countsWhole }.map { $0.init(beside: index.path) }
      taskCount = 0
    }
    taskCount += 1
    slice = next
    tallies = kinds.map { $0.init(beside: index.path) }
  }

  /// Writes what was counted of the slice, and of all tasks together after the last one of a comparison.
  private mutating func end(isLastOfComparison: Bool) throws {
    guard let slice else { return }
    var counted = tallies
    tallies = []
    try write(&counted, slice)
    guard isLastOfComparison else { return }
    if taskCount > 1 {
      let whole = TallySlice(comparisonID: slice.comparisonID, taskID: nil)
      var counted = wholes
      wholes = []
      try write(&counted, whole)
    }
    wholes = []
  }

  /// Writes the rows of a slice: those of predicted tokens of the slice before while other threads make what takes no
  /// database.
  private mutating func write(_ all: inout [any PositionTally], _ slice: TallySlice) throws {
    try forEachInParallel(&all, threads: threads) {
      try $0.conclude()
    } meanwhile: {
      try writePredicted()
    }
    for place in all.indices { try all[place].write(slice, to: database) }
    unwritten = slice
  }

  /// Writes the rows of predicted tokens of the last slice: many in one table, so that one thread has long to do while
  /// others have not.
  mutating func writePredicted() throws {
    if let slice = unwritten { try predicted.write(slice) }
    unwritten = nil
  }

  /// The next sequences of one comparison and task; nil after the last.
  private mutating func nextStretch() throws -> Stretch? {
    guard let first = try ahead ?? nextSequence() else { return nil }
    ahead = nil
    var stretch = Stretch(slice: first.slice, sequences: [first.sequence])
    var count = first.sequence.positions.count
    while count < Self.positionsAtOnce, let next = try nextSequence() {
      guard next.slice == stretch.slice else {
        ahead = next
        break
      }
      count += next.sequence.positions.count
      stretch.sequences.append(next.sequence)
    }
    return stretch
  }

  private func nextSequence() throws -> (slice: TallySlice, sequence: TalliedSequence)? {
    guard let row = try rows.next() else { return nil }
    return try (
      TallySlice(comparisonID: row.value(0), taskID: row.value(1)),
      TalliedSequence(
        measurementID: row.value(2), prompt: TaskPrompt(taskID: row.value(1), name: row.value(3)),
        responseLength: row.value(4),
        positions: measuredPositions(of: row.value(2)))
    )
  }

  private func measuredPositions(of measurementID: Int) throws -> [PositionMeasures] {
    let kept = index.kept.withLock { $0?.positions(of: measurementID) }
    return try kept ?? positions.positions(of: measurementID)
  }
}

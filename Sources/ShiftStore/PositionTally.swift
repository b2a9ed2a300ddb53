import GRDB
import Measures

/// A table that is counted in the one pass over all positions: the rows of one comparison and task.
///
/// To add a table, write a tally in a file of its own and name it in ``ShiftIndex/finish(threads:)``. A tally is used by
/// one thread at a time, and what it keeps does not grow with the number of positions.
protocol PositionTally {
  /// A tally that has counted nothing.
  ///
  /// - Parameter path: The index, beside which ``SortedRuns`` are set aside.
  init(beside path: String)
  /// The table that it fills.
  static var table: String { get }
  /// All tables that it fills, where there are several.
  static var tables: [String] { get }
  /// True for a tally that is also wanted of all tasks of a comparison together, where it has several.
  static var countsWhole: Bool { get }
  /// Counts the positions of one sequence. Sequences come in the order of the plan.
  mutating func add(_ sequence: TalliedSequence) throws
  /// Writes the rows of single sequences, now and then, so that they are not kept to the end.
  mutating func writeSequences(_ slice: TallySlice, to database: Database) throws
  /// Makes all that can be made without the database, once the last sequence was counted.
  mutating func conclude() throws
  /// Writes the rows of this comparison and task.
  mutating func write(_ slice: TallySlice, to database: Database) throws
}

extension PositionTally {
  static var tables: [String] { [table] }
  static var countsWhole: Bool { false }
  mutating func writeSequences(_ slice: TallySlice, to database: Database) throws {}
  mutating func conclude() throws {}
  /// Nothing: for a tally whose rows are those of single sequences.
  mutating func write(_ slice: TallySlice, to database: Database) throws {}
}

/// What one tally counts: one comparison on one task, or on all of its tasks.
struct TallySlice: Hashable {
  /// The comparison's row.
  var comparisonID: Int
  /// The task's row; nil for all tasks together.
  var taskID: Int?
}

/// A measured sequence as the pass over all positions meets it.
struct TalliedSequence {
  /// The measurement's row.
  var measurementID: Int
  /// The prompt.
  var prompt: TaskPrompt
  /// The number of tokens of the response, whether measured or not.
  var responseLength: Int
  /// The measured positions, rising.
  var positions: [PositionMeasures]

  /// In which of so many equal parts of the response a position lies. Its middle decides, so that short responses have
  /// a last part as well as a first.
  func part(of position: PositionMeasures, among count: Int) -> Int {
    (2 * position.position + 1) * count / (2 * responseLength)
  }
}

import GRDB
import Measures

/// Inserts measurements with their sequences, their positions, and what they moved.
struct MeasurementInsert {
  /// Bytes that are so many SQLite would copy into memory that the system has to find for each row anew.
  private static let filledFrom = 64 << 10

  private let database: Database
  private var sequences: RowInsert
  private var measurements: RowInsert
  private let positions: PositionInsert
  private var moved: RowInsert
  private var tasks: [String: Int] = [:]

  init(_ database: Database) throws {
    self.database = database
    // Several comparisons share a sequence: the first one brings it.
    sequences = try RowInsert(database, into: "sequence", columns: 7, ignoresRepeated: true)
    measurements = try RowInsert(database, into: "measurement", columns: 8 + 6 * 4 + 11 + 5)
    positions = try PositionInsert(database)
    moved = try RowInsert(database, into: "movedToken", columns: 7)
  }

  /// Inserts one measurement; of one that was refused there is nothing to insert.
  mutating func insert(_ measurement: MeasurementRecord) throws {
    guard case .measured(let sequence, let support, let measured) = measurement.outcome else { return }
    try insert(sequence)
    try insert(measured, measurement, sequenceID: sequence.id, support)
    try positions.insert(measured.positions, measurementID: measurement.id)
    if let tokens = measurement.moved { try insert(tokens, measurementID: measurement.id) }
  }

  private mutating func insert(_ sequence: SequenceRecord) throws {
    let task = try taskID(of: sequence.task)
    sequences.bind(sequence.id)
    sequences.bind(sequence.name)
    sequences.bind(sequence.source)
    sequences.bind(task)
    sequences.bind(sequence.prompt)
    sequences.bind(sequence.promptLength)
    sequences.bind(sequence.tokens.map { $0.littleEndian }.withUnsafeBytes { Array($0) })
    try sequences.insert()
  }

  /// Tasks are numbered in the order in which they come.
  private mutating func taskID(of name: String) throws -> Int? {
    if let id = tasks[name] { return id }
    var id = try ShiftIndex.storedTaskID(of: name, database)
    if id == nil {
      try database.execute(sql: "INSERT INTO task (name) VALUES (?)", arguments: [name.composed])
      id = Int(database.lastInsertedRowID)
    }
    tasks[name] = id
    return id
  }

  private mutating func insert(
    _ measured: MeasuredSequence, _ measurement: MeasurementRecord, sequenceID: Int,
    _ support: MeasurementRecord.Support
  ) throws {
    let sums = measured.sums
    measurements.bind(measurement.id)
    measurements.bind(measurement.comparisonID)
    measurements.bind(sequenceID)
    measurements.bind(support.rawValue)
    for count in [
      sums.positions, measured.exclusions.masked, measured.exclusions.missing,
      measured.exclusions.faulty.count,
    ] { measurements.bind(count) }
    for figure in [
      sums.klTunedReference, sums.klReferenceTuned, sums.jensenShannon, sums.totalVariation,
      sums.entropyReference, sums.entropyTuned,
    ] {
      measurements.bind(figure.count)
      measurements.bind(figure.low)
      measurements.bind(figure.high)
      measurements.bind(figure.infinite)
    }
    for count in [
      sums.unshifted, sums.marginal, sums.shifted, sums.rankShiftCount, sums.rankShift,
      sums.logprobShiftCount,
    ] { measurements.bind(count) }
    measurements.bind(sums.logprobShift)
    measurements.bind(sums.topAgreement)
    measurements.bind(sums.topUnknown)
    measurements.bind(sums.coverageReference)
    measurements.bind(sums.coverageTuned)
    let errors = measurement.storageErrors
    measurements.bind(errors.positions)
    measurements.bind(errors.klTunedReference)
    measurements.bind(errors.klReferenceTuned)
    measurements.bind(errors.jensenShannon)
    measurements.bind(errors.totalVariation)
    try measurements.insert()
  }

  private mutating func insert(_ tokens: MovedTokens, measurementID: Int) throws {
    moved.bind(measurementID)
    moved.bind(tokens.positions)
    moved.bind(tokens.sharePositions)
    moved.bind(tokens.unlistedReference)
    moved.bind(tokens.unlistedTuned)
    moved.bind(tokens.count)
    try tokens.encoded.withUnsafeBytes { bytes in
      guard bytes.count >= Self.filledFrom else { return try moved.insert(endingWith: bytes) }
      try moved.insert(endingWithZeros: bytes.count)
      try database.fill("tokens", of: "movedToken", row: measurementID, with: bytes)
    }
  }
}

import Measures
import Tokenization
import Traces

/// Compares the rows of a pair: dense with dense exactly, anything else by bounds.
struct RowComparison {
  private let pair: TracePair
  private let vocabularySize: Int?
  /// The size that the caller states, which ids must keep to; that of a vocabulary file is not stated.
  private let statedSize: Int?
  private let floor: Double?
  private let kernel: DivergenceKernel
  private let room: KernelRoom
  /// The rows of both traces where both are truncated, empty elsewhere: taken out of the traces once for all positions.
  private let referenceLists: [TruncatedRow?]
  private let tunedLists: [TruncatedRow?]
  private var truncated = TruncatedComparison()
  /// What truncated rows moved.
  private(set) var listed = ListedMass()

  init(_ pair: TracePair, _ settings: PairMeasurement, in room: KernelRoom) {
    self.pair = pair
    self.room = room
    floor = settings.floor
    if case .truncated(let reference) = pair.reference.rows, case .truncated(let tuned) = pair.tuned.rows {
      (referenceLists, tunedLists) = (reference, tuned)
    } else {
      (referenceLists, tunedLists) = ([], [])
    }
    statedSize = settings.vocabularySize
    let width = pair.reference.vocabularySize ?? pair.tuned.vocabularySize
    vocabularySize = settings.vocabularySize ?? width ?? settings.vocabularyCount
    // A dense row beside a truncated one is cut to its most probable tokens; two dense ones are asked how many they share.
    let isMixed = (pair.reference.vocabularySize == nil) != (pair.tuned.vocabularySize == nil)
    kernel = DivergenceKernel(
      vocabularySize: width == nil ? nil : settings.vocabularySize,
      topCount: isMixed ? DivergenceKernel.topLimit : TopOverlap.depth)
  }

  /// The number of tokens compared where both traces are dense.
  var denseWidth: Int? {
    guard let reference = pair.reference.vocabularySize, pair.tuned.vocabularySize != nil else { return nil }
    return kernel.vocabularySize ?? reference
  }

  /// Measures one position, and adds each token's share where both rows are dense.
  mutating func measure(
    _ position: TracePair.Position, shares: inout PredictedShares?
  ) throws(RowProblem) -> PositionMeasures {
    if !referenceLists.isEmpty, let reference = referenceLists[position.referenceRow],
      let tuned = tunedLists[position.tunedRow]
    {
      return try bounds(position, reference: reference, tuned: tuned)
    }
    let reference = pair.reference.rows.row(position.referenceRow)
    let tuned = pair.tuned.rows.row(position.tunedRow)
    switch (reference, tuned) {
    case (.dense(let reference), .dense(let tuned)):
      return try measureDense(position, reference: reference, tuned: tuned, shares: &shares)
    case (.truncated(let reference), .truncated(let tuned)):
      return try bounds(position, reference: reference, tuned: tuned)
    case (.dense(let dense), .truncated(let tuned)):
      let cut = try cut(dense, emitted: position.tokenID)
      var record = try bounds(position, reference: cut.row, tuned: tuned)
      record.divergences.entropyReference = .exact(cut.entropy)
      record.coverageReference = 1
      return record
    case (.truncated(let reference), .dense(let dense)):
      let cut = try cut(dense, emitted: position.tokenID)
      var record = try bounds(position, reference: reference, tuned: cut.row)
      record.divergences.entropyTuned = .exact(cut.entropy)
      record.coverageTuned = 1
      return record
    }
  }

  /// What storage can have done to the figures of a position.
  func storageError(_ position: TracePair.Position) -> StorageError? {
    pair.storageError(at: position, vocabularySize: kernel.vocabularySize)
  }

  private func measureDense(
    _ position: TracePair.Position, reference: DenseRow, tuned: DenseRow, shares: inout PredictedShares?
  ) throws(RowProblem) -> PositionMeasures {
    // Taken out and put back, so that the sums are changed in place and not copied for each position.
    if var sums = shares.take() {
      defer { shares = sums }
      return try kernel.measure(
        reference: reference, tuned: tuned, emitted: position.tokenID, adding: &sums, in: room
      ).record(position: position.position, emitted: position.tokenID)
    }
    return try kernel.measure(reference: reference, tuned: tuned, emitted: position.tokenID, in: room)
      .record(position: position.position, emitted: position.tokenID)
  }

  private mutating func bounds(
    _ position: TracePair.Position, reference: TruncatedRow, tuned: TruncatedRow
  ) throws(RowProblem) -> PositionMeasures {
    if let statedSize, Int(position.tokenID.rawValue) >= statedSize {
      throw .emittedOutside(token: position.tokenID, vocabularySize: statedSize)
    }
    guard
      let record = truncated.measures(
        position: position.position, token: position.tokenID, reference: reference, tuned: tuned,
        vocabularySize: vocabularySize, floor: floor)
    else { throw .noProbability(reference.tokens.isEmpty ? .reference : .tuned) }
    listed.add(reference: reference, tuned: tuned, truncated)
    return record
  }

  /// The most probable tokens of a dense row and the emitted one.
  private func cut(
    _ row: DenseRow, emitted: TokenID
  ) throws(RowProblem) -> (row: TruncatedRow, entropy: Double) {
    let measures = try kernel.measure(reference: row, tuned: row, emitted: emitted, in: room)
    let side = measures.reference
    var listed = side.mostProbable
    let cap = listed.last?.logprob ?? -.infinity
    if !listed.contains(where: { $0.token == emitted }) {
      listed.append(DenseMeasures.RankedToken(token: emitted, logprob: side.logprob))
    }
    let truncated = TruncatedRow(
      tokens: listed.map(\.token)[...], logprobs: listed.map(\.logprob)[...], unlistedCap: cap,
      emittedLogprob: side.logprob, emittedRank: side.rank, precision: Self.kernelPrecision)
    return (truncated, measures.divergences.entropyReference.low)
  }

  /// How far a logprob of the kernel can be from the true one: the error of its log-sum-exp, in nats.
  private static let kernelPrecision = 1e-6
}

extension Trace.Rows {
  /// One row.
  fileprivate enum Row {
    case dense(DenseRow)
    case truncated(TruncatedRow)
  }

  /// A row that is there.
  fileprivate func row(_ index: Int) -> Row {
    switch self {
    case .dense(let rows): return .dense(rows[index])
    case .truncated(let rows):
      guard let row = rows[index] else {
        preconditionFailure("a pair lists rows that are there, not row \(index)")
      }
      return .truncated(row)
    }
  }
}

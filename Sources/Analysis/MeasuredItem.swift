import Measures
import ShiftStore
import Tokenization
import Traces

/// What one planned measurement gave.
struct MeasuredItem: Sendable {
  /// What each token contributed. Shapes `[V]`.
  struct Moved: Sendable {
    var positions: Int
    var infinitePositions: Int
    var klShare: [Double]
    var movedMass: [Double]

    /// What of it is kept for each sequence.
    var tokens: MovedTokens {
      MovedTokens(
        positions: positions + infinitePositions, sharePositions: positions, movedMass: movedMass,
        klShare: klShare)
    }

    /// The first figure of a token that is not below a bound in magnitude, or is no number, in words.
    func excess(over bound: Double) -> String? {
      for (sums, name) in [(klShare, "share of KL(tuned‖reference)"), (movedMass, "moved mass")] {
        // Counted before it is looked for: a loop without a way out takes several sums at a time.
        guard sums.count(where: { !($0.magnitude < bound) }) > 0 else { continue }
        if let token = sums.firstIndex(where: { !($0.magnitude < bound) }) {
          return "the \(name) of token \(token), \(sums[token])"
        }
      }
      return nil
    }
  }

  var record: MeasurementRecord
  var positions: Int
  var moved: Moved?
}

extension StudyPlan {
  /// Measures one pair of traces. What is wrong with them becomes a problem in the result.
  func measure(_ planned: PlannedMeasurement) -> MeasuredItem {
    do {
      let judged = screening.verdicts[StudyScreening.Pair(planned)]
      // Said once for all sequences of the two files, when the study was planned.
      guard judged?.refusal == nil else { return refused(planned, problems: []) }
      let pair = try TracePair(
        reference: files[planned.reference.file].namedTrace(at: planned.reference.entry),
        tuned: files[planned.tuned.file].namedTrace(at: planned.tuned.entry))
      let doubts = judged == nil ? try doubts(about: pair, planned) : nil
      if let doubts, doubts.isRefused { return refused(planned, problems: doubts.problems) }
      let sequence = try record(of: pair, planned)
      let study = studyFile.study
      let result = PairMeasurement(
        vocabularySize: study.vocabularySize, vocabularyCount: vocabulary?.count, floor: study.floor
      ).measure(
        pair, countsShares: true, storageLooks: planned.isStorageBounded ? Self.storageLooks(pair) : 0)
      let moved = result.shares.map(MeasuredItem.Moved.init)
      let objection =
        study.floor.flatMap { pair.contradiction(of: $0, in: result.sequence) }
        ?? moved.flatMap { excess(of: $0, planned) }
      if let objection {
        return refused(planned, problems: (doubts?.problems ?? []) + [error(objection, planned)])
      }
      var storageErrors = StorageErrorSums()
      for error in result.storageErrors.compactMap({ $0 }) { storageErrors.add(error) }
      return MeasuredItem(
        record: MeasurementRecord(
          id: planned.id, comparisonID: planned.comparisonID,
          outcome: .measured(sequence, result.isDense ? .full : .truncated, result.sequence),
          problems: (doubts?.problems ?? []) + problems(of: result.sequence.exclusions, pair, planned),
          moved: moved.map(\.tokens) ?? result.listed, storageErrors: storageErrors),
        positions: result.sequence.positions.count, moved: moved)
    } catch {
      return refused(planned, problems: [self.error("\(error)", planned)])
    }
  }

  private func error(_ message: String, _ planned: PlannedMeasurement) -> ProblemRecord {
    ProblemRecord(
      severity: .error, comparisonID: planned.comparisonID, sequence: planned.name, message: message)
  }

  /// What sums over the whole study may not be able to take in, in words.
  private func excess(of moved: MeasuredItem.Moved, _ planned: PlannedMeasurement) -> String? {
    moved.excess(over: ExactSum.bound / Double(measurements.count)).map { excess in
      """
      \(files[planned.tuned.file].path): sequence "\(planned.name)": the sums of the study cannot take in \(excess), \
      summed over its positions. Look at the scores, then score the sequence again.
      """
    }
  }

  /// A bound of what storage did takes far longer than the figures: of a sequence that is chosen for it, one position of so
  /// many is looked at.
  private static let positionsPerStorageLook = 128

  /// How many positions of a pair are looked at, at least one.
  private static func storageLooks(_ pair: TracePair) -> Int {
    (pair.positions.count + positionsPerStorageLook - 1) / positionsPerStorageLook
  }

  private func refused(_ planned: PlannedMeasurement, problems: [ProblemRecord]) -> MeasuredItem {
    MeasuredItem(
      record: MeasurementRecord(
        id: planned.id, comparisonID: planned.comparisonID, outcome: .refused, problems: problems),
      positions: 0)
  }

  /// What speaks against comparing a pair whose files share no other sequence.
  private func doubts(
    about pair: TracePair, _ planned: PlannedMeasurement
  ) throws(TraceError) -> (isRefused: Bool, problems: [ProblemRecord]) {
    var screening = try StudyScreening.screening(planned, files)
    screening.add(pair)
    let verdict = screening.verdict()
    return (
      verdict.refusal != nil,
      StudyScreening.problems(verdict, comparisonID: planned.comparisonID, refused: 1)
    )
  }

  private func record(of pair: TracePair, _ planned: PlannedMeasurement) throws -> SequenceRecord {
    let line = files[planned.tuned.file].traces.line
    guard let task = pair.tuned.task ?? pair.reference.task else {
      throw StudyError(file: studyFile.path, line: line, .noTask(sequence: planned.name))
    }
    guard !Study.reservedTasks.contains(task) else {
      throw StudyError(file: studyFile.path, line: line, .reservedName(key: "task", name: task))
    }
    if let other = pair.reference.task, other != task {
      throw StudyError(
        file: studyFile.path, line: line,
        .tasksDiffer(sequence: planned.name, reference: other, tuned: task))
    }
    let tokens = pair.tuned.tokens.map(\.rawValue)
    let prompt =
      pair.tuned.prompt ?? pair.reference.prompt
      ?? FileDigest.promptName(ofTokens: Array(tokens.prefix(pair.promptLength)))
    return SequenceRecord(
      id: planned.sequenceID, name: planned.name, source: planned.source, task: task, prompt: prompt,
      promptLength: pair.promptLength, tokens: tokens)
  }

  private func problems(
    of exclusions: Exclusions, _ pair: TracePair, _ planned: PlannedMeasurement
  ) -> [ProblemRecord] {
    let tuned = files[planned.tuned.file].path
    var problems = pair.messages(about: exclusions.faulty, sequence: planned.name).map { faulty in
      ProblemRecord(
        severity: .error, comparisonID: planned.comparisonID, sequence: planned.name,
        position: faulty.position, message: faulty.message)
    }
    if exclusions.missing > 0 {
      problems.append(
        ProblemRecord(
          severity: .warning, comparisonID: planned.comparisonID, sequence: planned.name,
          message: """
            \(tuned): sequence "\(planned.name)": \(exclusions.missing) of \
            \(exclusions.count + pair.positions.count) positions have no row in one of the traces and are left out.
            """))
    }
    return problems
  }
}

extension MeasuredItem.Moved {
  fileprivate init(_ shares: PredictedShares) {
    self.init(
      positions: shares.positionCount, infinitePositions: shares.infinitePositionCount,
      klShare: shares.klShares, movedMass: shares.movedMass)
  }
}

import Measures
import ShiftStore
import Tokenization
import Traces

/// What one planned measurement gave.
struct MeasuredItem: Sendable {
  var record: MeasurementRecord
  var positions: Int
  /// What each token contributed, where both traces are dense.
  var shares: PredictedShares?
}

extension StudyPlan {
  /// Measures one pair of traces. What is wrong with them becomes a problem in the result.
  func measure(_ planned: PlannedMeasurement, in room: MeasuringRoom) -> MeasuredItem {
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
        pair, countsShares: true, storageLooks: planned.isStorageBounded ? Self.storageLooks(pair) : 0,
        in: room)
      let objection =
        study.floor.flatMap { pair.contradiction(of: $0, in: result.sequence) }
        ?? result.shares.flatMap { excess(of: $0, planned) }
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
          moved: result.shares.map { MovedTokens($0, in: room.takeBytes()) } ?? result.listed,
          storageErrors: storageErrors),
        positions: result.sequence.positions.count, shares: result.shares)
    } catch {
      return refused(planned, problems: [self.error("\(error)", planned)])
    }
  }

  private func error(_ message: String, _ planned: PlannedMeasurement) -> ProblemRecord {
    ProblemRecord(
      severity: .error, comparisonID: planned.comparisonID, sequence: planned.name, message: message)
  }

  /// What sums over the whole study may not be able to take in, in words.
  private func excess(of shares: PredictedShares, _ planned: PlannedMeasurement) -> String? {
    shares.excess(over: ExactSum.bound / Double(measurements.count)).map { excess in
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

extension PredictedShares {
  /// The first figure of a token that is not below a bound in magnitude, or is no number, in words.
  fileprivate func excess(over bound: Double) -> String? {
    for (sums, name) in [(klShares, "share of KL(tuned‖reference)"), (movedMass, "moved mass")] {
      // Counted before it is looked for: a loop without a way out takes several sums at a time.
      guard sums.reduce(0, { $0 | ($1.magnitude < bound ? 0 : 1) }) != 0 else { continue }
      if let token = sums.firstIndex(where: { !($0.magnitude < bound) }) {
        return "the \(name) of token \(token), \(sums[token])"
      }
    }
    return nil
  }
}

extension MovedTokens {
  /// What of the shares of a sequence is kept.
  fileprivate init(_ shares: PredictedShares, in memory: consuming [UInt8]) {
    self.init(
      positions: shares.positionCount + shares.infinitePositionCount, sharePositions: shares.positionCount,
      movedMass: shares.movedMass, klShare: shares.klShares, in: memory)
  }
}

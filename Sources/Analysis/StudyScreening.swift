import ShiftStore
public import Traces

/// Which files of a study may be set against each other.
///
/// A temperature or a sampler belongs to a whole file, and shows the better the more sequences are looked at. So a
/// pair of files that share several sequences is judged once, when the study is planned; a pair that shares one is
/// judged when that one is measured, with the rows that are read anyway.
struct StudyScreening: Sendable {
  /// Sequences of two files that are looked at.
  static let sequenceLimit = 8

  /// Two files, as indices into ``StudyPlan/files``.
  struct Pair: Hashable {
    var reference: Int
    var tuned: Int

    init(_ planned: PlannedMeasurement) {
      reference = planned.reference.file
      tuned = planned.tuned.file
    }
  }

  private(set) var verdicts: [Pair: PairScreening.Verdict] = [:]
  private(set) var problems: [ProblemRecord] = []

  /// Judges the pairs of files that share several sequences.
  ///
  /// - Parameter progress: Told before each pair of files: how many are done, and how many there are.
  init(_ measurements: [PlannedMeasurement], files: [PlannedFile], progress: (Int, Int) -> Void) {
    var order: [Pair] = []
    var groups: [Pair: [PlannedMeasurement]] = [:]
    for planned in measurements {
      let pair = Pair(planned)
      if groups[pair] == nil { order.append(pair) }
      groups[pair, default: []].append(planned)
    }
    let shared = order.filter { groups[$0, default: []].count > 1 }
    for (done, pair) in shared.enumerated() {
      progress(done, shared.count)
      let group = groups[pair, default: []]
      guard let verdict = Self.verdict(group, files), let first = group.first else { continue }
      verdicts[pair] = verdict
      problems += Self.problems(verdict, comparisonID: first.comparisonID, refused: group.count)
    }
  }

  /// Looks at some of the sequences that two files share. One that cannot be read is told of when it is measured.
  private static func verdict(
    _ group: [PlannedMeasurement], _ files: [PlannedFile]
  ) -> PairScreening.Verdict? {
    guard let first = group.first, var screening = try? screening(first, files) else { return nil }
    for planned in group.evenlySpaced(sequenceLimit) {
      let pair = try? TracePair(
        reference: files[planned.reference.file].namedTrace(at: planned.reference.entry),
        tuned: files[planned.tuned.file].namedTrace(at: planned.tuned.entry))
      if let pair { screening.add(pair) }
    }
    return screening.verdict()
  }

  /// A screening of the two files of a measurement, nothing looked at yet.
  static func screening(
    _ planned: PlannedMeasurement, _ files: [PlannedFile]
  ) throws(TraceError) -> PairScreening {
    let (reference, tuned) = (files[planned.reference.file], files[planned.tuned.file])
    return PairScreening(
      reference: try reference.opened(), tuned: try tuned.opened(),
      referenceAssumptions: reference.traces.assumptions, tunedAssumptions: tuned.traces.assumptions)
  }

  /// A verdict as the index keeps it. These problems name a file and no sequence.
  static func problems(
    _ verdict: PairScreening.Verdict, comparisonID: Int, refused: Int
  ) -> [ProblemRecord] {
    if let refusal = verdict.refusal {
      let count = refused > 1 ? " \(refused) sequences are refused." : ""
      return [ProblemRecord(severity: .error, comparisonID: comparisonID, message: "\(refusal)\(count)")]
    }
    return verdict.warnings.map { file, warning in
      ProblemRecord(
        severity: .warning, comparisonID: comparisonID, message: "\(file): \(warning.name): \(warning)")
    }
  }
}

extension FilePair {
  /// Looks at some rows of the two files: whether they may be compared, and what is doubtful.
  ///
  /// - Parameter assumptions: What a person vouches for in both files.
  public func verdict(assuming assumptions: Set<TraceAssumption> = []) -> PairScreening.Verdict {
    var screening = PairScreening(
      reference: reference, tuned: tuned, referenceAssumptions: assumptions, tunedAssumptions: assumptions)
    for place in places.evenlySpaced(StudyScreening.sequenceLimit) {
      if let pair = try? pair(at: place) { screening.add(pair) }
    }
    return screening.verdict()
  }
}

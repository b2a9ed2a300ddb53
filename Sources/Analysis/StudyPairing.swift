import ShiftStore
import Tokenization
import Traces

/// Pairs what the reference and each tuned model said about the same sequence.
struct StudyPairing {
  private(set) var comparisons: [ComparisonRecord] = []
  private(set) var measurements: [PlannedMeasurement] = []
  private(set) var problems: [ProblemRecord] = []

  private struct Key: Hashable {
    var source: String
    var name: String
  }

  private var sequenceIDs: [Key: Int] = [:]

  /// Pairs by source and sequence name.
  ///
  /// A sequence that only one of the two models has is a problem, not a failure: the others are measured. Servers name
  /// their answers at random: where the two models share no name of a source, sequences pair by their token ids.
  ///
  /// - Throws: ``StudyError`` when a sequence stands twice or nothing pairs.
  init(_ studyFile: StudyFile, files: [PlannedFile]) throws {
    let study = studyFile.study
    let reference = try Self.locations(of: study.reference.name, studyFile, files)
    for (index, model) in study.models.enumerated() where !model.isReference {
      let tuned = try Self.locations(of: model.name, studyFile, files)
      for source in tuned.order.map(\.source).uniqued {
        pair(
          modelIndex: index, study, source: source, reference: reference, tuned: tuned, files)
      }
    }
    guard !measurements.isEmpty else { throw StudyError(file: studyFile.path, .nothingToCompare) }
    for model in study.models where !files.contains(where: { $0.traces.model == model.name }) {
      problems.append(
        ProblemRecord(
          severity: .warning,
          message: "\(model.name): the study names no traces of this model, so that it is in no table."))
    }
  }

  private mutating func pair(
    modelIndex: Int, _ study: Study, source: String,
    reference: (order: [Key], places: [Key: TraceLocation]),
    tuned: (order: [Key], places: [Key: TraceLocation]), _ files: [PlannedFile]
  ) {
    let referenceIndex = study.models.firstIndex(where: \.isReference) ?? 0
    let comparison = ComparisonRecord(
      id: comparisons.count + 1, tunedID: modelIndex + 1, referenceID: referenceIndex + 1, source: source)
    let before = measurements.count
    let named = tuned.order.filter { $0.source == source }
    let byTokens =
      named.contains { reference.places[$0] != nil }
      ? nil : pairedByTokens(named, tuned.places, reference, source: source, files)
    func warn(_ message: String) {
      problems.append(ProblemRecord(severity: .warning, comparisonID: comparison.id, message: message))
    }
    if let byTokens, !byTokens.isEmpty {
      warn(
        """
        No sequence of \(study.models[modelIndex].name) on text of \(source) has the name of one of \
        \(study.reference.name): \(byTokens.count) of \(named.count) pair by token ids. Give both the same trace_id.
        """)
    }
    for tunedKey in named {
      let key = byTokens?[tunedKey] ?? tunedKey
      guard let tunedPlace = tuned.places[tunedKey] else { continue }
      guard let referencePlace = reference.places[key] else {
        problems.append(
          ProblemRecord(
            severity: .error, sequence: key.name,
            message: """
              \(key.name): \(study.models[modelIndex].name) has a trace of this response of \(source), \
              \(study.reference.name) has none. Score it under \(study.reference.name) too.
              """))
        continue
      }
      let sequenceID = sequenceIDs[key] ?? sequenceIDs.count + 1
      sequenceIDs[key] = sequenceID
      measurements.append(
        PlannedMeasurement(
          id: measurements.count + 1, comparisonID: comparison.id, sequenceID: sequenceID, name: key.name,
          source: source, reference: referencePlace, tuned: tunedPlace,
          isStorageBounded: Self.isStorageBounded(at: measurements.count - before)))
    }
    guard measurements.count > before else { return }
    comparisons.append(comparison)
    let known = reference.order.count { $0.source == source }
    let alone = known - (measurements.count - before)
    if alone > 0 {
      warn(
        """
        \(alone) of \(known) sequences of \(study.reference.name) on text of \(source) have no trace of \
        \(study.models[modelIndex].name) and are left out.
        """)
    }
  }

  /// Whether storage is looked at in the sequence at a place of its comparison: in the first four and in every sixteenth.
  ///
  /// A look takes as long as measuring some fifty positions, and looks at every sequence would double a study of short ones.
  private static func isStorageBounded(at place: Int) -> Bool { place < 4 || place.isMultiple(of: 16) }

  /// The reference's name of each tuned sequence that has the same token ids.
  private func pairedByTokens(
    _ named: [Key], _ tuned: [Key: TraceLocation], _ reference: (order: [Key], places: [Key: TraceLocation]),
    source: String, _ files: [PlannedFile]
  ) -> [Key: Key] {
    func tokens(_ place: TraceLocation?) -> [TokenID]? {
      place.flatMap { try? files[$0.file].namedTrace(at: $0.entry).tokens }
    }
    let known = reference.order.filter { $0.source == source }
    let pairing = TokenPairing(
      reference: known.lazy.map { tokens(reference.places[$0]) }, tuned: named.lazy.map { tokens(tuned[$0]) })
    return Dictionary(uniqueKeysWithValues: pairing.places.map { (named[$0.tuned], known[$0.reference]) })
  }

  /// Where one model's sequences stand, in the order of the study's files.
  private static func locations(
    of model: String, _ studyFile: StudyFile, _ files: [PlannedFile]
  ) throws -> (order: [Key], places: [Key: TraceLocation]) {
    var order: [Key] = []
    var places: [Key: TraceLocation] = [:]
    for (fileIndex, file) in files.enumerated() where file.traces.model == model {
      try checkSingle(file, studyFile)
      for (entryIndex, entry) in file.entries.enumerated() {
        guard let name = file.traces.sequence ?? entry.id else {
          throw StudyError(file: studyFile.path, line: file.traces.line, .noSequenceName(file: file.path))
        }
        let key = Key(source: file.traces.source, name: name)
        if let first = places[key] {
          throw StudyError(
            file: studyFile.path, line: file.traces.line,
            .repeatedSequence(
              name: name, source: key.source, first: files[first.file].path, second: file.path))
        }
        places[key] = TraceLocation(file: fileIndex, entry: entryIndex)
        order.append(key)
      }
    }
    return (order, places)
  }

  /// What a study says about one sequence cannot hold for several.
  private static func checkSingle(_ file: PlannedFile, _ studyFile: StudyFile) throws {
    guard file.entries.count > 1 else { return }
    for (key, value) in [("sequence", file.traces.sequence), ("prompt", file.traces.prompt)]
    where value != nil {
      throw StudyError(
        file: studyFile.path, line: file.traces.line,
        .severalSequences(key: key, file: file.path, count: file.entries.count))
    }
  }
}

import Foundation
public import ShiftStore
public import Tokenization
import Traces

/// Where one model's trace of one sequence stands.
public struct TraceLocation: Hashable, Sendable {
  /// The file, as an index into ``StudyPlan/files``.
  public var file: Int
  /// The sequence, as an index into the file's entries.
  public var entry: Int
}

/// One comparison of one sequence, to be measured.
public struct PlannedMeasurement: Sendable {
  /// Its place in the plan, from 1.
  public var id: Int
  /// The comparison's id.
  public var comparisonID: Int
  /// The sequence's id.
  public var sequenceID: Int
  /// The sequence's name.
  public var name: String
  /// Who wrote the response.
  public var source: String
  /// What the reference said.
  public var reference: TraceLocation
  /// What the tuned model said.
  public var tuned: TraceLocation
  /// Whether some of its positions are looked at for what storage in 16 bits can have done to their figures.
  public var isStorageBounded: Bool
}

/// Everything that a study asks to be measured, in a fixed order, before anything is.
public struct StudyPlan: Sendable {
  /// The study file.
  public let studyFile: StudyFile
  /// The files, in the order of the study.
  public let files: [PlannedFile]
  /// The measurements: by comparison, then in the order of the tuned model's files.
  public let measurements: [PlannedMeasurement]
  /// What an index holds before the first measurement.
  public let record: StudyPlanRecord
  /// The vocabulary, where the study names one.
  public let vocabulary: Vocabulary?
  /// Which pairs of files may be compared, as far as it was judged beforehand.
  let screening: StudyScreening

  /// Opens every file of a study, pairs its sequences, and lists what is to be measured.
  ///
  /// - Parameters:
  ///   - studyFile: The study.
  ///   - toolVersion: Kept in the index.
  ///   - progress: Told before each file and each pair of files.
  /// - Throws: ``StudyError``, ``TraceError`` or ``VocabularyError``: a study is planned whole or not at all.
  public init(
    _ studyFile: StudyFile, toolVersion: String, progress: (PlanningProgress) -> Void = { _ in }
  ) throws {
    self.studyFile = studyFile
    let study = studyFile.study
    let vocabularyPath = study.vocabulary.map(studyFile.resolve)
    vocabulary = try vocabularyPath.map { try Vocabulary(contentsOf: $0) }
    files = try Self.openFiles(of: studyFile, lookup: vocabulary.map(TokenLookup.init), progress)
    let pairing = try StudyPairing(studyFile, files: files)
    measurements = pairing.measurements
    screening = StudyScreening(measurements, files: files) { done, total in
      progress(PlanningProgress(step: .screening, done: done, total: total))
    }
    let modelIDs = Dictionary(uniqueKeysWithValues: study.models.enumerated().map { ($1.name, $0 + 1) })
    let digests = try InputDigests(of: files) { done, total in
      progress(PlanningProgress(step: .hashing, done: done, total: total))
    }
    let inputs = Self.inputs(files, digests, modelIDs: modelIDs, in: studyFile)
    record = StudyPlanRecord(
      study: StudyRecord(
        toolVersion: toolVersion, studyFile: studyFile.path, studyText: studyFile.text,
        settings: Self.settings(of: study), vocabularyFile: study.vocabulary,
        vocabularyFingerprint: vocabulary?.fingerprint, vocabularySize: study.vocabularySize,
        plannedMeasurements: pairing.measurements.count),
      models: study.models.enumerated().map { index, model in
        ModelRecord(
          id: index + 1, name: model.name, role: model.isReference ? "reference" : "tuned",
          method: model.method)
      },
      inputs: inputs,
      comparisons: pairing.comparisons,
      vocabulary: vocabulary.map(Self.tokenRecords) ?? [],
      problems: pairing.problems + Self.selfComparisons(measurements, files, digests) + screening.problems)
  }

  private static func openFiles(
    of studyFile: StudyFile, lookup: TokenLookup?, _ progress: (PlanningProgress) -> Void
  ) throws -> [PlannedFile] {
    var files: [PlannedFile] = []
    for traces in studyFile.study.traces {
      let companions = TraceCompanions(
        tokens: traces.companions.tokens.map(studyFile.resolve),
        head: traces.companions.head.map(studyFile.resolve))
      for pattern in traces.files {
        let paths = Glob.paths(matching: pattern, in: studyFile)
        guard !paths.isEmpty else {
          throw StudyError(file: studyFile.path, line: traces.line, .noFile(pattern: pattern))
        }
        for path in paths {
          progress(PlanningProgress(step: .opening, done: files.count, total: nil))
          let file = try TraceFile(
            path: path, tensor: traces.tensor, companions: companions, lookup: lookup)
          files.append(
            PlannedFile(
              path: path, traces: traces, entries: file.entries, format: file.format,
              open: file.entries.count > 1 ? file : nil, companions: companions,
              companionFiles: file.companionFiles, lookup: lookup))
        }
      }
    }
    return files
  }

  private static func inputs(
    _ files: [PlannedFile], _ digests: InputDigests, modelIDs: [String: Int], in studyFile: StudyFile
  ) -> [InputRecord] {
    files.flatMap { file in
      file.inputs.compactMap { input in
        digests[input.path].map { digest in
          InputRecord(
            path: studyFile.relative(input.path), modelID: modelIDs[file.traces.model] ?? 0,
            format: input.format, byteCount: digest.byteCount, digest: digest.hex,
            digestKind: digest.kind.rawValue)
        }
      }
    }
  }

  /// Pairs of files whose scores are the same, by their contents: a file given for both models, or a copy of it.
  private static func selfComparisons(
    _ measurements: [PlannedMeasurement], _ files: [PlannedFile], _ digests: InputDigests
  ) -> [ProblemRecord] {
    var met: Set<StudyScreening.Pair> = []
    return measurements.filter { met.insert(StudyScreening.Pair($0)).inserted }.compactMap { planned in
      let (reference, tuned) = (files[planned.reference.file], files[planned.tuned.file])
      let isSame =
        reference.traces.tensor == tuned.traces.tensor
        && reference.inputs.map { digests[$0.path] } == tuned.inputs.map { digests[$0.path] }
      guard isSame else { return nil }
      let file = tuned.path == reference.path ? "it" : "\(reference.path), which holds the same,"
      return ProblemRecord(
        severity: .warning, comparisonID: planned.comparisonID,
        message: """
          \(tuned.path): \(file) stands for \(reference.traces.model) and for \(tuned.traces.model), so that no figure \
          of it is of a shift.
          """)
    }
  }

  /// What changes numbers, as JSON with sorted keys.
  private static func settings(of study: Study) -> String {
    let floor = study.floor.map { "\($0)" } ?? "null"
    let size = study.vocabularySize.map { "\($0)" } ?? "null"
    return "{\"floor\": \(floor), \"vocabularySize\": \(size)}"
  }

  private static func tokenRecords(of vocabulary: Vocabulary) -> [TokenRecord] {
    vocabulary.ids.compactMap { id in
      vocabulary.bytes(of: id).map { bytes in
        TokenRecord(
          id: Int(id.rawValue), bytes: Array(bytes), text: TokenText(bytes).shown,
          isSpecial: vocabulary.isSpecial(id))
      }
    }
  }
}

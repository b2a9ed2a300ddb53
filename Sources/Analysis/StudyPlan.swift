import Foundation
public import ShiftStore
public import Tokenization
public import Traces

/// Where one model's trace of one sequence stands.
public struct TraceLocation: Hashable, Sendable {
  /// The file, as an index into ``StudyPlan/files``.
  public var file: Int
  /// The sequence, as an index into the file's entries.
  public var entry: Int
}

/// A file of the study and what the study says about it.
public struct PlannedFile: Sendable {
  /// The path, resolved.
  public var path: String
  /// The entry of the study that named it.
  public var traces: Study.Traces
  /// The sequences in it.
  public var entries: [TraceEntry]
  /// How it was recognised.
  public var format: TraceFormat
  /// The open file. Files of one sequence are opened again when they are measured, so that a study of a
  /// hundred thousand files does not hold as many mappings.
  var open: TraceFile?
  /// Finds tokens that files give as texts, where the study names a vocabulary.
  var lookup: TokenLookup?

  /// Reads one of the file's sequences.
  func trace(at entry: Int) throws(TraceError) -> Trace {
    if let open { return try open.trace(at: entry) }
    return try TraceFile(path: path, tensor: traces.tensor, lookup: lookup).trace(at: entry)
  }
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

  /// Opens every file of a study, pairs its sequences, and lists what is to be measured.
  ///
  /// - Throws: ``StudyError``, ``TraceError`` or ``VocabularyError``: a study is planned whole or not at all.
  public init(_ studyFile: StudyFile, toolVersion: String) throws {
    self.studyFile = studyFile
    let study = studyFile.study
    let vocabularyPath = study.vocabulary.map(studyFile.resolve)
    vocabulary = try vocabularyPath.map { try Vocabulary(contentsOf: $0) }
    files = try Self.openFiles(of: studyFile, lookup: vocabulary.map(TokenLookup.init))
    let pairing = try StudyPairing(studyFile, files: files)
    measurements = pairing.measurements
    let modelIDs = Dictionary(uniqueKeysWithValues: study.models.enumerated().map { ($1.name, $0 + 1) })
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
      inputs: try files.map { try InputRecord($0, modelID: modelIDs[$0.traces.model] ?? 0, in: studyFile) },
      comparisons: pairing.comparisons,
      vocabulary: vocabulary.map(Self.tokenRecords) ?? [],
      problems: pairing.problems)
  }

  private static func openFiles(
    of studyFile: StudyFile, lookup: TokenLookup?
  ) throws -> [PlannedFile] {
    var files: [PlannedFile] = []
    for traces in studyFile.study.traces {
      for pattern in traces.files {
        let paths = Glob.paths(matching: pattern, in: studyFile)
        guard !paths.isEmpty else {
          throw StudyError(file: studyFile.path, line: traces.line, .noFile(pattern: pattern))
        }
        for path in paths {
          let file = try TraceFile(path: path, tensor: traces.tensor, lookup: lookup)
          files.append(
            PlannedFile(
              path: path, traces: traces, entries: file.entries, format: file.format,
              open: file.entries.count > 1 ? file : nil, lookup: lookup))
        }
      }
    }
    return files
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

extension InputRecord {
  fileprivate init(_ file: PlannedFile, modelID: Int, in studyFile: StudyFile) throws {
    let digest = try FileDigest(path: file.path)
    self.init(
      path: studyFile.relative(file.path), modelID: modelID, format: file.format.rawValue,
      byteCount: digest.byteCount,
      digest: digest.hex, digestKind: digest.kind.rawValue)
  }
}

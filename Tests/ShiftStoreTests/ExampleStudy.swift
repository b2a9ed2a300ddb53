import Measures
import ShiftStore
import TestSupport
import Tokenization

/// A study of two tuned models on their own text, small enough to work out by hand.
enum ExampleStudy {
  static let plan = StudyPlanRecord(
    study: StudyRecord(
      toolVersion: "1", studyFile: "study.yaml", studyText: "text", settings: "{}",
      vocabularyFile: "vocabulary.json", vocabularyFingerprint: "f00d", vocabularySize: nil,
      plannedMeasurements: 3),
    models: [
      ModelRecord(id: 1, name: "base", role: "reference", method: nil),
      ModelRecord(id: 2, name: "sft", role: "tuned", method: "sft"),
      ModelRecord(id: 3, name: "rl", role: "tuned", method: "rl"),
    ],
    inputs: [
      InputRecord(
        path: "a.jsonl", modelID: 1, format: "token-in-token-out", byteCount: 9, digest: "d1",
        digestKind: "sha256")
    ],
    comparisons: [
      ComparisonRecord(id: 1, tunedID: 2, referenceID: 1, source: "sft"),
      ComparisonRecord(id: 2, tunedID: 3, referenceID: 1, source: "rl"),
    ],
    vocabulary: [
      TokenRecord(id: 5, bytes: Array(" so".utf8), text: "·so", isSpecial: false),
      TokenRecord(id: 6, bytes: Array("Wait".utf8), text: "Wait", isSpecial: false),
    ],
    problems: [])

  static let measurements: [MeasurementRecord] = [
    measurement(
      id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1",
      [
        .example(position: 0, token: 5, kl: .exact(0.5), ranks: (1, 1)),
        .example(position: 1, token: 6, kl: .exact(1.5), ranks: (7, 2)),
      ]),
    measurement(
      id: 2, comparison: 1, sequence: 2, task: "chat", prompt: "p2",
      [.example(position: 0, token: 6, kl: .exact(4), ranks: (3, 1))]),
    measurement(
      id: 3, comparison: 2, sequence: 3, task: "math", prompt: "p1",
      [
        .example(position: 0, token: 6, kl: .between(low: 0.25, high: nil), ranks: (1, 2)),
        .example(position: 1, token: 6, kl: .exact(.infinity), ranks: (nil, 1)),
      ]),
  ]

  static func measurement(
    id: Int, comparison: Int, sequence: Int, task: String, prompt: String, name: String? = nil,
    masked: Int = 0, _ positions: [PositionMeasures]
  ) -> MeasurementRecord {
    let source = comparison == 1 ? "sft" : "rl"
    return MeasurementRecord(
      id: id, comparisonID: comparison,
      outcome: .measured(
        SequenceRecord(
          id: sequence, name: name ?? "\(prompt).\(source)", source: source, task: task, prompt: prompt,
          promptLength: 2,
          tokens: [9, 8] + Array(repeating: 7, count: masked) + positions.map(\.tokenID.rawValue)),
        .full, MeasuredSequence(positions: positions, exclusions: Exclusions())),
      problems: [])
  }

  /// A finished index of these measurements in a folder.
  static func index(
    in folder: TemporaryFolder, _ measurements: [MeasurementRecord] = measurements,
    plan: StudyPlanRecord = plan
  ) throws -> ShiftIndex {
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan)
    try index.append(measurements, predicted: [])
    try index.finish()
    return index
  }
}

extension MeasurementRecord {
  /// The same on a response of another source.
  func onText(of source: String) -> MeasurementRecord {
    guard case .measured(var sequence, let support, let measured) = outcome else { return self }
    sequence.source = source
    var record = self
    record.outcome = .measured(sequence, support, measured)
    return record
  }
}

extension ExampleStudy {
  /// One position of each prompt under both tuned models, whose divergences differ by 1 beside what they share.
  static func paired(prompts: Int, tasks: [String] = ["math"]) -> [MeasurementRecord] {
    var generator = SplitMix64(seed: 3)
    let asked = tasks.flatMap { task in (0..<prompts).map { (task: task, prompt: $0) } }
    return asked.enumerated().flatMap { place, asked in
      let noise = Double.random(in: 0...1, using: &generator)
      return [1, 2].map { comparison in
        measurement(
          id: 2 * place + comparison, comparison: comparison, sequence: 2 * place + comparison,
          task: asked.task, prompt: "p\(asked.prompt)", name: "\(asked.task)-p\(asked.prompt)",
          [.example(position: 0, kl: .exact(Double(3 - comparison) + noise), ranks: (1, 1))])
      }
    }
  }
}

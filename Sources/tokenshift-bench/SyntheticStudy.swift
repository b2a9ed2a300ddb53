import Foundation
import Measures
import ShiftStore
import Tokenization

/// A made-up study of two tuned models on three tasks of a thousand prompts: tokens by Zipf's law, figures by prompt.
struct SyntheticStudy {
  private static let vocabularySize = 50_000
  private static let tasks = ["t0", "t1", "t2"]
  private static let promptsPerTask = 1000
  private let length: Int

  /// A study of about this many positions.
  init(positions: Int) {
    length = max(1, positions / (2 * Self.tasks.count * Self.promptsPerTask))
  }

  var plan: StudyPlanRecord {
    StudyPlanRecord(
      study: StudyRecord(
        toolVersion: "bench", studyFile: "study.yaml", studyText: "", settings: "{}", vocabularyFile: nil,
        vocabularyFingerprint: nil, vocabularySize: Self.vocabularySize,
        plannedMeasurements: 2 * Self.tasks.count * Self.promptsPerTask),
      models: [
        ModelRecord(id: 1, name: "base", role: "reference", method: nil),
        ModelRecord(id: 2, name: "sft", role: "tuned", method: "sft"),
        ModelRecord(id: 3, name: "rl", role: "tuned", method: "rl"),
      ],
      inputs: [],
      comparisons: [
        ComparisonRecord(id: 1, tunedID: 2, referenceID: 1, source: "sft"),
        ComparisonRecord(id: 2, tunedID: 3, referenceID: 1, source: "rl"),
      ],
      vocabulary: (0..<Self.vocabularySize).map {
        TokenRecord(id: $0, bytes: Array(" t\($0)".utf8), text: "·t\($0)", isSpecial: false)
      },
      problems: [])
  }

  /// Measures everything, a transaction for every 16 sequences.
  func append(to index: ShiftIndex) throws {
    var generator = BenchRandom(seed: 1)
    var batch: [MeasurementRecord] = []
    var id = 0
    for comparison in 1...2 {
      for task in Self.tasks {
        for prompt in 0..<Self.promptsPerTask {
          id += 1
          batch.append(measurement(id, comparison, task, prompt, &generator))
          if batch.count == 16 {
            let isLastOfTask = prompt + 16 > Self.promptsPerTask
            try index.append(batch, predicted: isLastOfTask ? [predicted(comparison, task)] : [])
            batch = []
          }
        }
      }
    }
    try index.append(batch, predicted: [])
  }

  /// What each token moved, as dense traces would say.
  private func predicted(_ comparison: Int, _ task: String) -> PredictedSumRecord {
    let sums = (0..<Self.vocabularySize).map { ExactSum(Double(comparison) / Double($0 + 1)) }
    return PredictedSumRecord(
      comparisonID: comparison, task: task, positions: length * Self.promptsPerTask, infinitePositions: 0,
      klShare: sums, movedMass: sums)
  }

  private func measurement(
    _ id: Int, _ comparison: Int, _ task: String, _ prompt: Int, _ generator: inout BenchRandom
  ) -> MeasurementRecord {
    let source = comparison == 1 ? "sft" : "rl"
    let prompted = generator.fraction()
    let positions = (0..<length).map { position in
      self.position(position, prompted * (comparison == 1 ? 2 : 1), &generator)
    }
    return MeasurementRecord(
      id: id, comparisonID: comparison,
      outcome: .measured(
        SequenceRecord(
          id: id, name: "\(task).\(prompt)", source: source, task: task, prompt: "\(task).\(prompt)",
          promptLength: 8, tokens: Array(repeating: 1, count: 8) + positions.map(\.tokenID.rawValue)),
        .full, MeasuredSequence(positions: positions, exclusions: Exclusions())), problems: [])
  }

  private func position(
    _ position: Int, _ shift: Double, _ generator: inout BenchRandom
  ) -> PositionMeasures {
    // Inverse of the distribution function of 1/rank: every power of ten of ranks is as likely as any other.
    let rank = exp(generator.fraction() * log(Double(Self.vocabularySize))) - 1
    let kl = generator.fraction() * shift
    let reference = generator.fraction() < 0.8 ? 1 : Int(exp(generator.fraction() * 8))
    return PositionMeasures(
      position: position, tokenID: TokenID(Int32(rank)),
      divergences: Divergences(
        klTunedReference: .exact(kl), klReferenceTuned: .exact(kl / 2), jensenShannon: .exact(kl / 8),
        totalVariation: .exact(kl / 4), entropyReference: .exact(1), entropyTuned: .exact(1)),
      logprobReference: -2 - generator.fraction(), logprobTuned: -2 + shift * generator.fraction(),
      rankReference: reference, rankTuned: 1, topReference: TokenID(1), topTuned: TokenID(1),
      coverageReference: 1, coverageTuned: 1)
  }
}

/// A small generator with a seed. Steele, Lea and Flood (2014).
struct BenchRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A number in 0 ..< 1.
  mutating func fraction() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}

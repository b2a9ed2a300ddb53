import Measures
import ShiftStore
import TestSupport
import Tokenization

/// A study of two tuned models on two tasks with random figures, some of them unknown or infinite.
struct RandomStudy {
  private let measurements: [MeasurementRecord]

  /// - Parameters:
  ///   - sequences: How many, dealt out to the comparisons and tasks in turn; prompts have several.
  ///   - longest: The most positions of one response.
  init(seed: UInt64, sequences: Int, longest: Int) {
    var generator = SplitMix64(seed: seed)
    measurements = (1...sequences).map { id in
      let length = Int.random(in: 1...longest, using: &generator)
      let positions = (0..<length).compactMap { position -> PositionMeasures? in
        // Some positions were masked.
        Int.random(in: 0..<20, using: &generator) == 0 && length > 1
          ? nil : Self.position(position, &generator)
      }
      return ExampleStudy.measurement(
        id: id, comparison: 1 + id % 2, sequence: id, task: id % 3 == 0 ? "chat" : "math",
        prompt: "p\(id / 6)", name: "s\(id)",
        masked: length - positions.count, positions)
    }
  }

  private static func position(_ position: Int, _ generator: inout SplitMix64) -> PositionMeasures {
    let value = Double.random(in: 0..<8, using: &generator)
    let kl: Figure =
      switch Int.random(in: 0..<40, using: &generator) {
      case 0: .exact(.infinity)
      case 1: .between(low: value, high: nil)
      case 2...9: .between(low: value, high: value + 1)
      default: .exact(value)
      }
    func rank() -> Int? {
      Int.random(in: 0..<12, using: &generator) == 0 ? nil : Int.random(in: 1...9, using: &generator)
    }
    var measures = PositionMeasures.example(
      position: position, token: Int32.random(in: 0..<12, using: &generator), kl: kl,
      ranks: (rank(), rank()))
    measures.topOverlap =
      Int.random(in: 0..<12, using: &generator) == 0 ? nil : Int.random(in: 0...10, using: &generator)
    measures.divergences.totalVariation = .exact(Double.random(in: 0..<1, using: &generator))
    measures.logprobTuned =
      switch Int.random(in: 0..<20, using: &generator) {
      case 0: nil
      case 1: -.infinity
      case 2: -0.0
      default: -Double.random(in: 0..<9, using: &generator)
      }
    return measures
  }

  /// A finished index in a folder.
  ///
  /// - Parameter opened: Whether the index is closed and opened again when so many measurements are in it.
  func index(in folder: TemporaryFolder, threads: Int = 1, opened: Int? = nil) throws -> ShiftIndex {
    var plan = ExampleStudy.plan
    plan.study.plannedMeasurements = measurements.count
    var index = try ShiftIndex.create(at: folder.file("random.sqlite"), plan: plan)
    let first = opened ?? measurements.count
    try index.append(Array(measurements.prefix(first)), predicted: [])
    if opened != nil {
      try index.close()
      index = try ShiftIndex.resume(at: index.path)
      if first < measurements.count {
        try index.append(Array(measurements.dropFirst(first)), predicted: [])
      }
    }
    try index.finish(threads: threads)
    return index
  }
}

import Measures
import ShiftStore
import Statistics
import TestSupport
import Testing

@Suite struct TaskNameTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["caf\u{E9}", "cafe\u{301}"])
  func `a task is one in whatever form of Unicode it is written`(form: String) throws {
    var measurements = ExampleStudy.measurements
    for place in measurements.indices {
      guard case .measured(var sequence, let support, let measured) = measurements[place].outcome else {
        continue
      }
      sequence.task = place == 0 ? "cafe\u{301}" : "caf\u{E9}"
      measurements[place].outcome = .measured(sequence, support, measured)
    }
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    let sum = PredictedSumRecord(
      comparisonID: 1, task: form, positions: 1, infinitePositions: 0, klShare: [ExactSum(4)],
      movedMass: [ExactSum(0.5)])
    // Two transactions: in the second one the task is looked up in the file.
    try index.append(Array(measurements.prefix(1)), predicted: [sum])
    try index.append(Array(measurements.dropFirst()), predicted: [sum])
    try index.finish()
    #expect(try index.query("SELECT count(*) FROM task").rows == [[.integer(1)]])
    let drift = try index.predictedDrift(in: index.comparisons(of: "sft", source: .own), task: form)
    #expect(drift.map(\.klShareMean) == [4])
  }
}

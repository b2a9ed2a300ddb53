import Measures
import ShiftStore
import Statistics
import TestSupport
import Testing

/// What a finished index stores of its summary, so that it need not be made again.
@Suite struct StoredSummaryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func index(_ measurements: [MeasurementRecord]) throws -> ShiftIndex {
    try ExampleStudy.index(in: folder, measurements)
  }

  @Test func `what is stored is what is made when it is asked for`() throws {
    let index = try index(ExampleStudy.paired(prompts: 50))
    #expect(try index.query("SELECT count(*) FROM summary").rows == [[.integer(2)]])
    let comparisons = try index.comparisons(of: nil, source: .own)
    let stored = try index.summary(of: comparisons, task: nil, weighting: .sequence)
    #expect(stored[0][.klTunedReference]?.low.interval != nil)
    try index.close()
    // Without the stored rows the same index makes them anew.
    let path = index.path
    try OtherProgram.execute(
      "DELETE FROM summaryFigure; DELETE FROM summary; DELETE FROM contrastFigure; DELETE FROM contrast",
      on: path)
    let fresh = try ShiftIndex.open(at: path).summary(of: comparisons, task: nil, weighting: .sequence)
    #expect(fresh == stored)
  }

  @Test func `prompts of two tasks with one name are counted apart before a contrast is stored`() throws {
    // 25 names in each of two tasks are the 50 prompts from which on it is: one row a task, and one for both.
    let both = try index(ExampleStudy.paired(prompts: 25, tasks: ["math", "chat"]))
    #expect(try both.query("SELECT count(*) FROM contrast").rows == [[.integer(3)]])
    try both.close()
  }

  @Test func `a contrast of few prompts is not stored`() throws {
    let few = try index(ExampleStudy.paired(prompts: 49))
    #expect(try few.query("SELECT count(*) FROM contrast").rows == [[.integer(0)]])
  }
}

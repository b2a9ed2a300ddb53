import Analysis
import ShiftStore
import TestSupport
import Testing
import Tokenization

/// Studies of a few rows of scores, measured whole.
@Suite struct BatchRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func index(_ traces: [String], _ settings: String = "") async throws -> ShiftIndex {
    let text = """
      schemaVersion: 1
      \(settings)
      models: [{name: base, role: reference}, {name: rl, role: tuned}]
      traces:
      \(traces.map { "  - " + $0 }.joined(separator: "\n"))
      """
    let plan = try StudyPlan(StudyFile(contentsOf: folder.write(text, to: "study.yaml")), toolVersion: "1")
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: plan.record)
    _ = try await BatchRun(plan, jobs: 1).run(into: index, stop: StopRequest()) { _ in }
    return index
  }

  private func traces(_ name: String, _ reference: [[Float]], _ tuned: [[Float]]) throws -> [String] {
    let tokens = [Int32](repeating: 0, count: reference.count + 1)
    return try [("base", reference), ("rl", tuned)].map { model, rows in
      _ = try folder.write(tokens: tokens, logits: rows, to: "\(name).\(model).safetensors")
      return "{model: \(model), source: rl, task: t, sequence: \(name), files: \(name).\(model).safetensors}"
    }
  }

  @Test func `a divergence that sums cannot take in is a problem of its sequence`() async throws {
    let index = try await index(
      traces("far", [[0, -1e15]], [[-1e15, 0]]) + traces("near", [[0, -1]], [[-1, 0]]))
    let problems = try index.problems().filter { $0.severity == .error }
    #expect(problems.map(\.sequence) == ["far"])
    #expect(
      problems.map { $0.message.replacing(folder.path + "/", with: "") } == [
        """
        far.rl.safetensors: sequence "far": the sums of the study cannot take in the share of KL(tuned‖reference) of \
        token 1, 999999986991104.0, summed over its positions. Look at the scores, then score the sequence again.
        """
      ])
    #expect(try index.query("SELECT name FROM sequence").rows == [[.text("near")]])
    #expect(try index.refusedCount() == 1)
  }

  @Test func `divergences that together would be too large are refused one by one`() async throws {
    // Each is below 2⁴⁶ = 7.04e13, their sum is not below 2⁴⁷.
    let names = ["a", "b", "c"]
    let index = try await index(
      names.flatMap { try traces($0, [[0, -6e13]], [[-6e13, 0]]) })
    #expect(try index.problems().filter { $0.severity == .error }.map(\.sequence) == names)
  }

  @Test func `rows that fail for one reason are one problem`() async throws {
    let rows: [[Float]] = [[0, 1, 2], [0, 1, 2], [0, .nan, 2], [0, 1, 2], [0, 1, .nan]]
    let index = try await index(traces("s", Array(repeating: [0, 1, 2], count: 5), rows))
    let problems = try index.problems()
    #expect(problems.map(\.position) == [2])
    #expect(
      problems.map { $0.message.replacing(folder.path + "/", with: "") } == [
        """
        s.rl.safetensors, sequence "s", position 2: the tuned score of token 1 is NaN. Score the sequence again. \
        So it is at 2 of 5 positions of the response.
        """
      ])
    #expect(try index.query("SELECT faulty FROM measurement").rows == [[.integer(2)]])
  }

  @Test func `a record's task cannot have the name of all tasks`() async throws {
    let entry =
      #"{"token_id":5,"logprob":-0.5,"rank":1,"top_logprobs":[{"token_id":5,"logprob":-0.5,"rank":1}]}"#
    let record =
      #"{"trace_id":"a","task":"all","prompt_token_ids":[1],"choices":[{"token_ids":[5],"logprobs":{"content":[\#(entry)]}}]}"#
    _ = try folder.write(record + "\n", to: "base.jsonl")
    _ = try folder.write(record + " \n", to: "rl.jsonl")
    let index = try await index([
      "{model: base, source: rl, files: base.jsonl}", "{model: rl, source: rl, files: rl.jsonl}",
    ])
    #expect(
      try index.problems().map { $0.message.replacing(folder.path + "/", with: "") } == [
        #"study.yaml:6: the task "all" has a name that commands have for several of them. Choose another name."#
      ])
  }
}

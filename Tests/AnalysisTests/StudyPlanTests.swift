import Analysis
import Foundation
import ShiftStore
import TestSupport
import Testing
import Traces

@Suite struct StudyPlanTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One record a name, three tokens of prompt and two of response.
  private func write(
    _ file: String, _ names: [String], task: String? = "t", tokens: [Int]? = nil
  ) throws {
    let lines = zip(names, tokens ?? names.map { _ in 5 }).map { name, token in
      let entry =
        #"{"token_id":\#(token),"logprob":-0.5,"rank":1,"top_logprobs":[{"token_id":\#(token),"logprob":-0.5,"rank":1},{"token_id":6,"logprob":-1.5,"rank":2}]}"#
      let task = task.map { #""task":"\#($0)","# } ?? ""
      return
        #"{"trace_id":"\#(name)",\#(task)"prompt_token_ids":[1,2,3],"choices":[{"token_ids":[\#(token),\#(token)],"logprobs":{"content":[\#(entry),\#(entry)]}}]}"#
    }
    _ = try folder.write(lines.joined(separator: "\n") + "\n", to: file)
  }

  private func plan(_ traces: String) throws -> StudyPlan {
    let text = """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: sft, role: tuned}, {name: rl, role: tuned}]
      traces:
      \(traces)
      """
    return try StudyPlan(StudyFile(contentsOf: folder.write(text, to: "study.yaml")), toolVersion: "1")
  }

  @Test func `measurements come by comparison and in the order of the tuned file`() throws {
    try write("base.jsonl", ["a", "b", "c"])
    try write("sft.jsonl", ["c", "a"])
    try write("rl.jsonl", ["b", "c"])
    let plan = try plan(
      """
        - {model: base, source: x, files: base.jsonl}
        - {model: rl, source: x, files: rl.jsonl}
        - {model: sft, source: x, files: sft.jsonl}
      """)
    #expect(plan.measurements.map(\.name) == ["c", "a", "b", "c"])
    #expect(plan.measurements.map(\.comparisonID) == [1, 1, 2, 2])
    #expect(plan.measurements.map(\.id) == [1, 2, 3, 4])
    // "c" is one sequence, measured twice.
    #expect(plan.measurements.map(\.sequenceID) == [1, 2, 3, 1])
    #expect(plan.record.comparisons.map(\.tunedID) == [2, 3])
    #expect(
      plan.record.problems.map(\.message) == [
        "1 of 3 sequences of base on text of x have no trace of sft and are left out.",
        "1 of 3 sequences of base on text of x have no trace of rl and are left out.",
      ])
    #expect(plan.record.problems.map(\.severity) == [.warning, .warning])
    #expect(plan.record.problems.map(\.comparisonID) == [1, 2])
  }

  @Test func `a model without traces is told of`() throws {
    try write("base.jsonl", ["a"])
    try write("sft.jsonl", ["a"], task: nil)
    let plan = try plan(
      """
        - {model: base, source: x, files: base.jsonl}
        - {model: sft, source: x, files: sft.jsonl}
      """)
    #expect(
      plan.record.problems.map(\.message) == [
        "rl: the study names no traces of this model, so that it is in no table."
      ])
    #expect(plan.record.problems.map(\.severity) == [.warning])
  }

  @Test func `a file that stands for both models, or a copy of it, is told of`() throws {
    try write("base.jsonl", ["a", "b"])
    try write("copy.jsonl", ["a", "b"])
    let plan = try plan(
      """
        - {model: base, source: x, files: base.jsonl}
        - {model: sft, source: x, files: base.jsonl}
        - {model: rl, source: x, files: copy.jsonl}
      """)
    let (base, copy) = (folder.file("base.jsonl"), folder.file("copy.jsonl"))
    #expect(
      plan.record.problems.map(\.message) == [
        "\(base): it stands for base and for sft, so that no figure of it is of a shift.",
        "\(copy): \(base), which holds the same, stands for base and for rl, so that no figure of it is of a shift.",
      ])
    #expect(plan.record.problems.map(\.comparisonID) == [1, 2])
  }

  @Test func `the same name under two sources is two sequences`() throws {
    try write("base.jsonl", ["a"])
    try write("sft.jsonl", ["a"])
    let plan = try plan(
      """
        - {model: base, source: x, files: base.jsonl}
        - {model: sft, source: x, files: sft.jsonl}
        - {model: base, source: y, files: base.jsonl}
        - {model: sft, source: y, files: sft.jsonl}
      """)
    #expect(plan.record.comparisons.map(\.source) == ["x", "y"])
    #expect(plan.measurements.map(\.sequenceID) == [1, 2])
  }

  @Test func `a sequence that only the tuned model has is a problem`() throws {
    try write("base.jsonl", ["a"])
    try write("sft.jsonl", ["a", "b"])
    let plan = try plan(
      """
        - {model: base, source: x, files: base.jsonl}
        - {model: sft, source: x, files: sft.jsonl}
      """)
    #expect(plan.measurements.map(\.name) == ["a"])
    #expect(
      plan.record.problems.map(\.message) == [
        "b: sft has a trace of this response of x, base has none. Score it under base too.",
        "rl: the study names no traces of this model, so that it is in no table.",
      ])
  }

  @Test func `sequences without a shared name pair by their tokens, under the reference's names`() throws {
    try write("base.jsonl", ["a", "b", "c"], tokens: [5, 7, 5])
    try write("sft.jsonl", ["x", "y", "z"], tokens: [7, 5, 9])
    try write("rl.jsonl", ["u"], tokens: [7])
    let plan = try plan(
      """
        - {model: base, source: x, files: base.jsonl}
        - {model: sft, source: x, files: sft.jsonl}
        - {model: rl, source: x, files: rl.jsonl}
      """)
    #expect(plan.measurements.map(\.name) == ["b", "a", "b"])
    #expect(plan.measurements.map(\.sequenceID) == [1, 2, 1])
    #expect(
      plan.record.problems.map(\.message) == [
        "No sequence of sft on text of x has the name of one of base: 2 of 3 pair by token ids. Give both the same trace_id.",
        "z: sft has a trace of this response of x, base has none. Score it under base too.",
        "1 of 3 sequences of base on text of x have no trace of sft and are left out.",
        "No sequence of rl on text of x has the name of one of base: 1 of 1 pair by token ids. Give both the same trace_id.",
        "2 of 3 sequences of base on text of x have no trace of rl and are left out.",
      ])
  }

  @Test func `globs are taken in the order of their bytes`() throws {
    for name in ["B", "a", "C"] { try write("\(name).jsonl", [name]) }
    try write("base.json", ["B", "a", "C"])
    let plan = try plan(
      """
        - {model: base, source: x, files: base.json}
        - {model: sft, source: x, files: "?.jsonl"}
      """)
    #expect(plan.measurements.map(\.name) == ["B", "C", "a"])
  }

  @Test func `a folder with the characters of a pattern is a folder`() throws {
    let odd = folder.file("run[1]")
    try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
    try write("run[1]/a[1].jsonl", ["a"])
    try write("run[1]/b.jsonl", ["a"])
    let text = """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: sft, role: tuned}]
      traces:
        - {model: base, source: x, files: "a[1].jsonl"}
        - {model: sft, source: x, files: "b*"}
      """
    let plan = try StudyPlan(
      StudyFile(contentsOf: folder.write(text, to: "run[1]/study.yaml")), toolVersion: "1")
    #expect(plan.measurements.count == 1)
    #expect(plan.record.inputs.map(\.path) == ["a[1].jsonl", "b.jsonl"])
  }

  @Test func `what cannot be planned is said with its line`() throws {
    try write("base.jsonl", ["a"])
    try write("sft.jsonl", ["b"], tokens: [7])
    func message(_ traces: String) -> String {
      do {
        _ = try plan(traces)
        return "planned"
      } catch {
        return "\(error)".replacing(folder.path + "/", with: "")
      }
    }
    #expect(
      message("  - {model: base, source: x, files: nowhere/*.jsonl}")
        == "study.yaml:4: \"nowhere/*.jsonl\" names no file. Paths are relative to the folder of the study file."
    )
    #expect(
      message(
        "  - {model: base, source: x, files: base.jsonl}\n  - {model: sft, source: x, files: sft.jsonl}")
          == """
          study.yaml: no sequence has traces of both the reference and a tuned model. Sequences pair by id and source: \
          see the ids with 'tokenshift inspect'.
          """)
    #expect(
      message("  - {model: base, source: x, files: [base.jsonl, base.jsonl]}")
        == "study.yaml:4: the sequence \"a\" of source \"x\" stands in base.jsonl and in base.jsonl. Leave one of them out."
    )
  }
}

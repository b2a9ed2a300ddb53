import Foundation
import TestSupport
import Testing

/// Values that a sampler has changed, set against a model's own.
@Suite struct DoubtfulInputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let files = ["temperature", "top-p", "processed"]

  @Test(arguments: files)
  func `measuring refuses with the reason, and says so when it is overruled`(name: String) throws {
    let arguments = [
      "measure", "-r", "samples/traces/base-on-sft.jsonl", "-t", "samples/doubtful/\(name).jsonl", "--format",
      "csv",
    ]
    let refused = try Program.start(arguments).finish()
    #expect(refused.status == 65)
    #expect(refused.output.isEmpty)
    #expect(refused.error.contains("\ntokenshift: samples/doubtful/\(name).jsonl: "), "\(refused.error)")
    #expect(refused.error.contains("--assume raw"))
    let overruled = try Program.start(arguments + ["--assume", "raw"]).finish()
    #expect(overruled.status == 0)
    #expect(overruled.output.split(whereSeparator: \.isNewline).count > 200)
    #expect(
      overruled.error.contains("warning: samples/doubtful/\(name).jsonl: assumed-raw: "), "\(overruled.error)"
    )
  }

  @Test(arguments: files)
  func `looking at both files says that they cannot be compared, and why`(name: String) throws {
    let run = try Program.run(
      "inspect", "samples/traces/base-on-sft.jsonl", "samples/doubtful/\(name).jsonl")
    #expect(run.status == 1)
    #expect(run.error.contains("samples/doubtful/\(name).jsonl: "), "\(run.error)")
  }

  /// The sequences of a file, each in a file of its own where they are to be measured apart.
  private func study(_ name: String, isSplit: Bool, assume: String) throws -> String {
    var lines: [String] = []
    for (model, path) in [("base", "traces/base-on-sft.jsonl"), ("sft", "doubtful/\(name).jsonl")] {
      let entry = "  - {model: \(model), source: sft, task: t\(model == "sft" ? assume : ""), files: "
      guard isSplit else {
        lines.append(entry + "\"\(Program.sample(path))\"}")
        continue
      }
      let records = try String(contentsOfFile: Program.sample(path), encoding: .utf8).split(separator: "\n")
      for (index, record) in records.enumerated() {
        _ = try folder.write(record + "\n", to: "\(model)-\(index).jsonl")
      }
      lines.append(entry + "\"\(model)-*.jsonl\"}")
    }
    return try folder.write(
      """
      schemaVersion: 1
      models: [{name: base, role: reference}, {name: sft, role: tuned}]
      traces:
      \(lines.joined(separator: "\n"))
      """, to: "study.yaml")
  }

  @Test(arguments: files, [false, true])
  func `a batch refuses with a problem, and keeps what overruled it`(name: String, isSplit: Bool) throws {
    let index = folder.file("index.sqlite")
    let refused = try Program.run(
      "batch", study(name, isSplit: isSplit, assume: ""), "--index", index)
    #expect(refused.status == 1)
    #expect(refused.error.contains("assume: raw"), "\(refused.error)")
    let problems = try Program.run(
      "query", index,
      "SELECT count(*) FROM problem WHERE severity = 'error' AND message LIKE '%assume: raw%'",
      "--format", "csv")
    #expect(problems.output.contains("\n\(isSplit ? 2 : 1)"), "\(problems.output)")
    let overruled = try Program.run(
      "batch", study(name, isSplit: isSplit, assume: ", assume: raw"), "--index", index, "--force")
    #expect(overruled.status == 0, "\(overruled.error)")
    let summary = try Program.run("summary", index)
    #expect(summary.error.contains("assumed-raw"), "\(summary.error)")
    #expect(summary.output.contains(" about the input: see the table problem."), "\(summary.output)")
  }

  @Test func `a floor that the lists contradict is refused with both numbers`() throws {
    let pair = ["measure", "-r", "samples/traces/base-on-sft.jsonl", "-t", "samples/traces/sft-on-sft.jsonl"]
    let refused = try Program.start(pair + ["--floor", "-4"]).finish()
    #expect(refused.status == 65 && refused.output.isEmpty)
    #expect(refused.error.contains("below the floor of -4.0 nats. Lower the floor."), "\(refused.error)")
    #expect(refused.error.contains("tokenshift: samples/traces/"))
    let bounded = try Program.start(pair + ["--floor", "-60", "--format", "csv"]).finish()
    #expect(bounded.status == 0, "\(bounded.error)")
  }

  @Test func `a batch refuses the sequences that contradict its floor, and measures the others`() throws {
    // The least listed logprobs of the sequences differ: some lie below this floor, others do not.
    let files = ["base-on-sft", "sft-on-sft"].map { Program.sample("traces/\($0).jsonl") }
    let path = try folder.write(
      """
      schemaVersion: 1
      floor: -22
      models: [{name: base, role: reference}, {name: sft, role: tuned}]
      traces:
        - {model: base, source: sft, task: t, files: "\(files[0])"}
        - {model: sft, source: sft, task: t, files: "\(files[1])"}
      """, to: "floor.yaml")
    let index = folder.file("floor.sqlite")
    let batch = try Program.run("batch", path, "--index", index)
    #expect(batch.status == 1, "\(batch.error)")
    let refused = try Program.run(
      "query", index,
      "SELECT count(*) FROM problem WHERE severity = 'error' AND message LIKE '%Lower the floor.'",
      "--format", "csv")
    let count = try #require(refused.output.split(whereSeparator: \.isNewline).last.flatMap { Int($0) })
    #expect(count > 0 && count < 11, "\(count)")
    let measured = try Program.run(
      "measure", "-r", files[0], "-t", files[1], "--floor", "-22", "--format", "csv")
    #expect(measured.status == 1)
    #expect(measured.error.components(separatedBy: "Lower the floor.").count == count + 1)
    #expect(measured.error.contains("\(count) of 11 sequences"), "\(measured.error)")
  }

  @Test func `an assumption that does not exist is refused`() throws {
    let path = try study("top-p", isSplit: false, assume: ", assume: cooked")
    let run = try Program.run("batch", path, "--index", folder.file("index.sqlite"))
    #expect(run.status == 65)
    #expect(run.error.contains("\"assume\" must be one of raw, logits, logprobs, aligned or a list of them"))
  }
}

import Foundation
import TestSupport
import Testing

@Suite struct InspectCommandTests {
  @Test func `two files that fit are said to`() throws {
    let run = try Program.run(
      "inspect", "samples/traces/base-on-rl.jsonl", "samples/traces/rl-on-rl.jsonl", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("\"comparable\": true, \"sharedSequences\": 11, \"comparableSequences\": 11"))
    let table = try Program.run(
      "inspect", "samples/dense/arith-010.base.base.safetensors",
      "samples/dense/arith-010.base.rl.safetensors")
    #expect(table.status == 0, "\(table.error)")
    #expect(table.output.contains("can be compared"))
  }

  @Test func `of two files that do not fit the first difference is named`() throws {
    let run = try Program.run(
      "inspect", "samples/broken/whole.safetensors", "samples/broken/other-tokens.safetensors", "--format",
      "json")
    #expect(run.status == 1)
    #expect(run.output.contains("\"comparable\": false"), "\(run.output)")
    #expect(run.output.contains("\"differsAtToken\": "))
    #expect(run.error.contains("the two files cannot be compared: "))
  }

  @Test func `values that do not mean the same cannot be compared`() throws {
    let files = ["samples/traces/base-on-sft.jsonl", "samples/doubtful/temperature.jsonl"]
    let run = try Program.start(["inspect"] + files).finish()
    #expect(run.status == 1)
    #expect(run.error.contains("as after a temperature of 0.66"), "\(run.error)")
    #expect(try Program.start(["inspect"] + files + ["--assume", "raw"]).finish().status == 0)
  }

  @Test func `one file and three files are not compared`() throws {
    let file = "samples/dense/arith-010.base.base.safetensors"
    for count in [1, 3] {
      let run = try Program.start(["inspect"] + Array(repeating: file, count: count) + ["--format", "json"])
        .finish()
      #expect(run.status == 0)
      #expect(!run.output.contains("comparable"))
    }
  }

  @Test func `what a file says of itself stands apart from what was found`() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("spoofed.safetensors")
    let source = "samples/dense/arith-010.base.rl.safetensors"
    #expect(try Program.run("convert", source, "--output", file).status == 0)
    let sheet = try Program.run("inspect", file)
    #expect(sheet.output.contains("the file says of itself"), "\(sheet.output)")
    let json = try Program.run("inspect", file, "--format", "jsonl")
    #expect(json.output.contains(#""metadata": "{\"model\": "#), "\(json.output)")
  }
}

import Foundation
import TestSupport
import Testing

@Suite struct MeasureCommandTests {
  @Test func `what storage in 16 bits can have done stands beside the figures`() throws {
    let pair = [
      "measure", "-r", "samples/dense/arith-010.base.base.safetensors", "-t",
      "samples/dense/arith-010.base.sft.safetensors", "--format",
    ]
    let run = try Program.start(pair + ["jsonl"]).finish()
    let lines = run.output.split(separator: "\n")
    #expect(run.status == 0 && lines.count == 7)
    #expect(lines.allSatisfy { $0.contains("\"klTunedReferenceStorageError\": 0.0") }, "\(run.output)")
    // Lists have digits of their own, which their bounds contain.
    let lists = try Program.start([
      "measure", "-r", "samples/traces/base-on-rl.jsonl", "-t", "samples/traces/rl-on-rl.jsonl", "--format",
      "csv",
    ]).finish()
    #expect(lists.status == 0 && !lists.output.contains("StorageError"))
  }

  private func summary(_ arguments: String...) throws -> [String: Any] {
    let run = try Program.start(["measure", "--format", "json"] + arguments).finish()
    #expect(run.status == 0, "\(run.error)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(object?["schemaVersion"] as? Int == 1)
    return try #require(object?["summary"] as? [String: Any])
  }

  /// llama.cpp printed 0.187190 for these two files, with the tuned model's logits live and unquantised; an
  /// independent decoder of both files gave 0.187190.
  @Test func `two llama.cpp files give what llama.cpp printed`() throws {
    let summary = try summary(
      "--reference", Program.sample("llama.cpp/tiny_base.kld"), "--tuned",
      Program.sample("llama.cpp/tiny_ft.kld"))
    let kl = try #require(summary["klReferenceTuned"] as? Double)
    #expect(summary["positions"] as? Int == 124)
    #expect(abs(kl - 0.187190) < 2e-5, "\(kl)")
    let topAgreement = try #require(summary["topAgreement"] as? Double)
    #expect(abs(topAgreement - 91.0 / 124) < 1e-12)
  }

  @Test func `a dump of several columns gives the policy against its reference, any other file nothing`()
    throws
  {
    let dump = "Tests/TracesTests/Fixtures/pytorch/slime-train.pt"
    let run = try Program.run("measure", "-r", dump, "-t", dump, "--format", "jsonl")
    #expect(
      run.error == "\(dump): ref_log_probs is the reference and log_probs the tuned model.\n", "\(run.error)")
    let line = try #require(run.output.split(separator: "\n").first)
    let record = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(record["logprobReference"] as? Double != record["logprobTuned"] as? Double)
    let file = "samples/traces/base-on-rl.jsonl"
    let same = try Program.run("measure", "-r", file, "-t", "samples/../\(file)")
    #expect(
      same.error.contains("it is set against itself, so that no figure is of a shift."), "\(same.error)")
    let floored = "samples/llama.cpp/tiny_base.kld"
    let twice = try Program.run("measure", "-r", floored, "-t", floored)
    #expect(twice.error.components(separatedBy: ": floored: ").count == 2, "\(twice.error)")
  }

  @Test func `dense traces are printed position by position`() throws {
    let run = try Program.run(
      "measure", "--reference", "samples/dense/arith-010.base.base.safetensors", "--tuned",
      "samples/dense/arith-010.base.rl.safetensors", "--vocabulary", "samples/vocabulary/tokenizer.json")
    #expect(run.status == 0, "\(run.error)")
    try expectGolden(run.output, "measure.txt")
  }

  @Test func `truncated traces give bounds and never a bare divergence`() throws {
    let run = try Program.run(
      "measure", "--reference", "samples/traces/base-on-base.jsonl", "--tuned",
      "samples/traces/rl-on-base.jsonl", "--sequence", "arith-010.base", "--format", "jsonl")
    let line = try #require(run.output.split(separator: "\n").first)
    let record = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(record["klTunedReference"] == nil)
    #expect(record["klTunedReferenceLow"] is Double)
    #expect(record["klTunedReferenceHigh"] is NSNull)
    #expect(record["jensenShannonHigh"] is Double)
    let floor = try Program.run(
      "measure", "--reference", "samples/traces/base-on-base.jsonl", "--tuned",
      "samples/traces/rl-on-base.jsonl", "--sequence", "arith-010.base", "--floor=-40", "--vocabulary-size",
      "49152", "--format", "csv")
    #expect(!floor.output.contains("klTunedReference,"))
    #expect(floor.output.contains("klTunedReferenceLow,klTunedReferenceHigh"))
    // Nothing is unknown but how the token is shown, and no bound of a rank is needed where the rank is known.
    #expect(floor.output.split(separator: "\r\n")[1].split(separator: ",,").count == 3)
  }

  @Test func `sequences that only one file has are told`() throws {
    let run = try Program.run(
      "measure", "--reference", "samples/traces/base-on-sft.jsonl", "--tuned",
      "samples/traces/base-on-rl.jsonl")
    #expect(run.status == 65)
    #expect(run.error.contains("the file shares no sequence with samples/traces/base-on-rl.jsonl."))
  }
}

import TestSupport
import Testing

/// Limits and their exit codes.
@Suite struct GateCommandTests {
  private let samples: SampleIndex
  private var index: String { samples.path }

  init() throws { samples = try SampleIndex() }

  @Test func `kept, crossed and undecided limits`() throws {
    let kept = try Program.run("gate", index, "--min", "topAgreementShare >= 70 %")
    #expect(kept.status == 0)
    #expect(kept.error == "")
    let crossed = try Program.run("gate", index, "--max", "klTunedReference[rl, *] <= 0.1")
    #expect(crossed.status == 1)
    try expectGolden(crossed.output + crossed.error, "gate.txt")
    let open = try Program.run(
      "gate", index, "--max", "klTunedReference[rl, coqa] <= 0.1", "--undecided", "pass")
    #expect(open.status == 0)
    let json = try Program.run(
      "gate", index, "--max", "jensenShannon[rl] <= 0.05", "--bound", "high", "--format", "jsonl")
    #expect(json.status == 1)
    #expect(
      json.output.hasPrefix("{\"outcome\": \"failed\", \"figure\": \"jensenShannon\", \"model\": \"rl\""))
  }

  @Test func `a figure that is not there is answered with those that are`() throws {
    let run = try Program.run("gate", index, "--max", "kl <= 3")
    #expect(run.status == 64)
    #expect(run.error.contains("there is no figure \"kl\". Use one of klTunedReference, "))
    #expect(try Program.run("gate", index).status == 64)
    #expect(try Program.run("gate", index, "--max", "rankShift[dpo] <= 3").status == 64)
  }
}

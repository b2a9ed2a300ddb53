import Statistics
import TestSupport
import Testing

@testable import ShiftStore

/// Conditions as people write them, and what bounds decide.
@Suite struct GateConditionTests {
  @Test func `a condition names figure, model, task and limit`() throws {
    let condition = try GateCondition("klTunedReference[rl, math500] <= 0.05", side: .atMost)
    #expect(condition.figure == .klTunedReference)
    #expect(condition.model == .named("rl"))
    #expect(condition.task == .named("math500"))
    #expect(condition.limit == 0.05)
    let short = try GateCondition("shiftedShare 8 %", side: .atMost)
    #expect(short.model == .whole)
    #expect(short.task == .whole)
    #expect(short.limit == 0.08)
    let every = try GateCondition("rankShift[*,*]>=-1e-3", side: .atLeast)
    #expect(every.model == .every)
    #expect(every.task == .every)
    #expect(every.limit == -0.001)
    let path = try GateCondition("rankShift[org/Qwen2.5-7B[a]] 1", side: .atMost)
    #expect(path.model == .named("org/Qwen2.5-7B[a]"))
  }

  @Test func `what cannot be read is told with what can`() {
    #expect(throws: GateError.self) { try GateCondition("kl <= 3", side: .atMost) }
    #expect {
      try GateCondition("kl <= 3", side: .atMost)
    } throws: { "\($0)".contains("there is no figure \"kl\". Use one of klTunedReference, ") }
    #expect {
      try GateCondition("rankShift[rl <= 3", side: .atMost)
    } throws: { ($0 as? GateError)?.problem == .openBracket }
    #expect {
      try GateCondition("rankShift >= 3", side: .atMost)
    } throws: { ($0 as? GateError)?.problem == .otherSide(found: .atLeast, expected: .atMost) }
    #expect {
      try GateCondition("rankShift <= much", side: .atMost)
    } throws: { ($0 as? GateError)?.problem == .noLimit(found: "much") }
    #expect {
      try GateCondition("rankShift", side: .atMost)
    } throws: { ($0 as? GateError)?.problem == .noLimit(found: "") }
  }

  private static func verdict(
    _ estimate: Estimate?, _ text: String, _ side: GateCondition.Side, bound: GateVerdict.Bound = .mean,
    _ counts: SummaryCounts = SummaryCounts()
  ) throws -> GateVerdict.Outcome {
    let comparison = Comparison(id: 1, tuned: "rl", reference: "base", source: "rl")
    let row = SummaryRow(
      comparison: comparison, task: "t", counts: counts,
      figures: estimate.map { [.klTunedReference: $0] } ?? [:])
    return GateVerdict(try GateCondition(text, side: side), row, bound: bound).outcome
  }

  @Test func `an exact figure passes at the limit and fails beyond`() throws {
    let exact = Estimate(.exact(.init(0.5, interval: 0.25...0.75)))
    #expect(try Self.verdict(exact, "klTunedReference 0.5", .atMost) == .passed)
    #expect(try Self.verdict(exact, "klTunedReference 0.49", .atMost) == .failed)
    #expect(try Self.verdict(exact, "klTunedReference 0.5", .atLeast) == .passed)
    #expect(try Self.verdict(exact, "klTunedReference 0.51", .atLeast) == .failed)
    #expect(try Self.verdict(exact, "klTunedReference 0.7", .atMost, bound: .high) == .failed)
    #expect(try Self.verdict(exact, "klTunedReference 0.3", .atMost, bound: .low) == .passed)
  }

  @Test func `bounds decide what lies outside of them`() throws {
    let between = Estimate(.between(low: .init(0.25), high: .init(0.75)))
    #expect(try Self.verdict(between, "klTunedReference 0.2", .atMost) == .failed)
    #expect(try Self.verdict(between, "klTunedReference 0.5", .atMost) == .undecided)
    #expect(try Self.verdict(between, "klTunedReference 0.75", .atMost) == .passed)
    #expect(try Self.verdict(between, "klTunedReference 0.2", .atLeast) == .passed)
    #expect(try Self.verdict(between, "klTunedReference 0.5", .atLeast) == .undecided)
    #expect(try Self.verdict(between, "klTunedReference 0.8", .atLeast) == .failed)
    let open = Estimate(.between(low: .init(0.25), high: nil))
    #expect(try Self.verdict(open, "klTunedReference 9", .atMost) == .undecided)
    #expect(try Self.verdict(open, "klTunedReference 0.2", .atMost) == .failed)
    #expect(try Self.verdict(open, "klTunedReference 0.3", .atLeast) == .undecided)
  }

  @Test func `without a value or an interval nothing is decided`() throws {
    #expect(try Self.verdict(nil, "klTunedReference 9", .atMost) == .undecided)
    let single = Estimate(.exact(.init(0.5)))
    #expect(try Self.verdict(single, "klTunedReference 9", .atMost, bound: .high) == .undecided)
  }

  @Test func `a divergence that is infinite somewhere is infinite as a mean`() throws {
    let exact = Estimate(.exact(.init(0.5, interval: 0.25...0.75)))
    var counts = SummaryCounts()
    counts.infinite = 1
    for bound in GateVerdict.Bound.allCases {
      #expect(try Self.verdict(exact, "klTunedReference 9", .atMost, bound: bound, counts) == .failed)
    }
    #expect(try Self.verdict(nil, "klTunedReference 9", .atMost, counts) == .failed, "at all positions")
    counts = SummaryCounts()
    counts.infiniteReferenceTuned = 1
    #expect(
      try Self.verdict(exact, "klTunedReference 9", .atMost, counts) == .passed, "of the other direction")
    #expect(counts.infinite(of: .klReferenceTuned) == 1)
  }

  @Test func `infinite positions keep no lower limit that the others do not keep`() throws {
    let exact = Estimate(.exact(.init(0.5, interval: 0.25...0.75)))
    var counts = SummaryCounts()
    counts.infinite = 3
    #expect(try Self.verdict(exact, "klTunedReference 0.5", .atLeast, counts) == .passed)
    #expect(try Self.verdict(exact, "klTunedReference 0.6", .atLeast, counts) == .undecided)
    #expect(try Self.verdict(exact, "klTunedReference 0.3", .atLeast, bound: .low, counts) == .undecided)
    #expect(try Self.verdict(nil, "klTunedReference 0.1", .atLeast, counts) == .undecided, "at all positions")
  }

  @Test func `a condition is about all tasks together, each task, or one`() throws {
    let index = try ExampleStudy.index(in: TemporaryFolder())
    func rows(_ text: String) throws -> [String] {
      try index.verdicts(
        on: [GateCondition(text, side: .atMost)], bound: .mean, source: .own, weighting: .token
      ).map { "\($0.row.comparison.tuned) \($0.row.task ?? "all")" }
    }
    #expect(try rows("rankShift 9") == ["sft all", "rl math"])
    #expect(try rows("rankShift[sft] 9") == ["sft all"])
    #expect(try rows("rankShift[sft, *] 9") == ["sft math", "sft chat"])
    #expect(try rows("rankShift[*, math] 9") == ["sft math", "rl math"])
    #expect(throws: StoreError.self) { try rows("rankShift[dpo] 9") }
    #expect(throws: StoreError.self) { try rows("rankShift[sft, code] 9") }
  }
}

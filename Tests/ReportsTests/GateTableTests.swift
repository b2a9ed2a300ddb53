import Reports
import Statistics
import Testing

@testable import ShiftStore

@Suite struct GateTableTests {
  private static func sentence(
    _ mean: Double?, _ side: GateCondition.Side, limit: String, infinite: Int = 0
  ) throws -> String? {
    var counts = SummaryCounts()
    counts.infinite = infinite
    let row = SummaryRow(
      comparison: Comparison(id: 1, tuned: "rl", reference: "base", source: "rl"), task: "math",
      counts: counts, figures: mean.map { [.klTunedReference: Estimate(.exact(.init($0)))] } ?? [:])
    return GateVerdict(try GateCondition("klTunedReference \(limit)", side: side), row, bound: .mean).sentence
  }

  @Test func `a limit that is kept needs no words`() throws {
    #expect(try Self.sentence(0.25, .atMost, limit: "0.5") == nil)
    #expect(try Self.sentence(0.25, .atLeast, limit: "0.25") == nil)
  }

  @Test func `a limit that is crossed is told with both numbers`() throws {
    #expect(
      try Self.sentence(0.75, .atMost, limit: "0.5")
        == "klTunedReference of rl on math is 0.7500, above the limit 0.5000.")
    #expect(
      try Self.sentence(0.25, .atLeast, limit: "0.5")
        == "klTunedReference of rl on math is 0.2500, below the limit 0.5000.")
  }

  @Test func `infinite positions cross an upper limit, and are counted`() throws {
    #expect(
      try Self.sentence(0.25, .atMost, limit: "0.5", infinite: 1)
        == "klTunedReference of rl on math is infinite at 1 position, above the limit 0.5000.")
    #expect(
      try Self.sentence(nil, .atMost, limit: "0.5", infinite: 12)
        == "klTunedReference of rl on math is infinite at 12 positions, above the limit 0.5000.")
  }

  @Test func `infinite positions leave a lower limit open, with the mean over the others`() throws {
    #expect(
      try Self.sentence(0.25, .atLeast, limit: "0.5", infinite: 2) == """
        klTunedReference of rl on math is infinite at 2 positions and 0.2500 at the others, so the lower limit 0.5000 \
        cannot be decided: infinite positions do not keep it.
        """)
    #expect(
      try Self.sentence(nil, .atLeast, limit: "0.5", infinite: 1) == """
        klTunedReference of rl on math is infinite at 1 position, so the lower limit 0.5000 cannot be decided: infinite \
        positions do not keep it.
        """)
    #expect(try Self.sentence(0.75, .atLeast, limit: "0.5", infinite: 2) == nil, "the others keep it")
  }
}

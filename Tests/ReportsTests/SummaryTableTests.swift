import Reports
import Statistics
import Testing

@testable import ShiftStore

@Suite struct SummaryTableTests {
  /// The first line of the headline table of rows with these figures.
  private static func heading(_ rows: [[SummaryFigure: Estimate]]) -> String {
    let rows = rows.map {
      SummaryRow(
        comparison: Comparison(id: 1, tuned: "rl", reference: "base", source: "rl"), task: "math",
        counts: SummaryCounts(), figures: $0)
    }
    let table = Table.summary(rows, figures: .headline, weighting: .token, confidence: 0.95, notes: [])
    return String(OutputFormat.table.text(of: table).prefix { $0 != "\n" })
  }

  private static let two = Estimate(.exact(.init(2)))

  @Test func `without a control there is no column for its floor`() {
    #expect(!Self.heading([[.klTunedReference: Self.two]]).contains("floor"))
  }

  @Test func `over the floor stands the divergence, where its floor is known`() {
    let both: [SummaryFigure: Estimate] = [
      .klTunedReferenceOverFloor: Self.two, .jensenShannonOverFloor: Self.two,
    ]
    #expect(Self.heading([both]).contains("× floor"))
    #expect(!Self.heading([both]).contains("JS × floor"))
    // One row with it decides for all.
    #expect(!Self.heading([[.jensenShannonOverFloor: Self.two], both]).contains("JS × floor"))
  }

  @Test func `where the floor of the divergence is open, the other one stands there`() {
    let heading = Self.heading([[.jensenShannonOverFloor: Self.two]])
    #expect(heading.contains("JS × floor"))
    #expect(heading.split(separator: "× floor", omittingEmptySubsequences: false).count == 2)
  }

  @Test func `programs get both`() {
    let row = SummaryRow(
      comparison: Comparison(id: 1, tuned: "rl", reference: "base", source: "rl"), task: "math",
      counts: SummaryCounts(),
      figures: [.klTunedReferenceOverFloor: Self.two, .jensenShannonOverFloor: Self.two])
    let table = Table.summary([row], figures: .headline, weighting: .token, confidence: 0.95, notes: [])
    let line = OutputFormat.jsonl.text(of: table)
    #expect(line.contains("\"klTunedReferenceOverFloor\": 2"))
    #expect(line.contains("\"jensenShannonOverFloor\": 2"))
  }
}

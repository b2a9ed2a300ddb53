import GRDB
import Statistics

/// The rows of `summary` of one comparison: read first, then estimated without the database, then written.
struct ComparisonSummary {
  private let comparison: Comparison
  private let slices: [SummarySlice]
  /// What made the estimates, which others can go on with.
  private(set) var estimates: SummaryEstimates
  /// Of each slice, by weighting.
  private var figures: [[Weighting: [SummaryFigure: Estimate]]] = []

  init(_ comparison: Comparison, _ slices: [SummarySlice], _ estimates: SummaryEstimates) {
    self.comparison = comparison
    self.slices = slices
    self.estimates = estimates
  }

  /// Makes the estimates.
  mutating func estimate() {
    figures = slices.map { slice in
      Dictionary(
        uniqueKeysWithValues: Weighting.allCases.map {
          ($0, estimates.means(of: slice.totals, comparison, $0))
        })
    }
  }

  /// Writes the estimates that were made.
  func insert(into database: Database) throws {
    for (slice, figures) in zip(slices, figures) {
      let counts = slice.totals.counts
      try database.execute(
        sql: "INSERT INTO summary VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          comparison.id, slice.taskID, counts.sequences, counts.prompts, counts.positions, counts.masked,
          counts.missing, counts.faulty, counts.infinite, counts.infiniteReferenceTuned,
        ])
      let id = Int(database.lastInsertedRowID)
      for weighting in Weighting.allCases {
        try StoredEstimate.insert(
          figures[weighting] ?? [:], into: "summaryFigure", owner: id, weighting, database)
      }
    }
  }
}

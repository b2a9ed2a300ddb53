import Analysis
import Reports
import Tokenization

extension Table {
  /// Whether two files can be compared, one line a fact, for people.
  static func comparison(_ comparison: FileComparison, _ first: String, _ second: String) -> Table {
    let lines = fields(comparison, first, second).compactMap { field -> [Cell]? in
      guard let title = field.column.title, field.cell != .missing else { return nil }
      return [.text(title), field.cell]
    }
    return Table(
      name: "comparison",
      columns: [Column("fact", title: "\(first) against \(second)"), Column("value", title: "")],
      rows: lines,
      notes: comparison.warnings.map { "warning: \($0)" } + [comparison.difference?.reason].compactMap { $0 })
  }

  /// The fields of a comparison, as programs get them.
  static func fields(
    _ comparison: FileComparison, _ first: String, _ second: String
  ) -> [(column: Column, cell: Cell)] {
    let difference = comparison.difference
    let sizes = comparison.vocabularySizes
    return [
      (Column("firstFile", title: nil), .text(first)),
      (Column("secondFile", title: nil), .text(second)),
      (Column("comparable", title: "can be compared"), .flag(comparison.isComparable)),
      (Column("sharedSequences", title: "sequences in both"), .integer(comparison.sharedSequences)),
      (
        Column("comparableSequences", title: "sequences with the same tokens"),
        .integer(comparison.comparableSequences)
      ),
      (Column("comparablePositions", title: "positions to measure"), .integer(comparison.positions)),
      (
        Column("omittedPositions", title: "positions without two rows, or masked"),
        .integer(comparison.omittedPositions)
      ),
      (Column("firstVocabularySize", title: "scores a row, first"), integer(sizes.first)),
      (Column("secondVocabularySize", title: "scores a row, second"), integer(sizes.second)),
      (
        Column("scoreScale", title: "spread of scores, second over first"),
        comparison.scale.map { .real($0) } ?? .missing
      ),
      (
        Column("klTunedReferenceStorageError", title: "KL(second‖first), ± by storage"),
        comparison.storageError.map { .real($0) } ?? .missing
      ),
      (
        Column("differsInSequence", title: "first difference in sequence"),
        difference?.sequence.map { .text($0) } ?? .missing
      ),
      (Column("differsAtToken", title: "  at token"), integer(difference?.token)),
      (
        Column("firstTokenID", title: "  id in the first"),
        integer(difference?.firstID.map { Int($0.rawValue) })
      ),
      (
        Column("secondTokenID", title: "  id in the second"),
        integer(difference?.secondID.map { Int($0.rawValue) })
      ),
      (Column("reason", title: nil), difference.map { .text($0.reason) } ?? .missing),
    ]
  }

  private static func integer(_ value: Int?) -> Cell { value.map { .integer($0) } ?? .missing }
}

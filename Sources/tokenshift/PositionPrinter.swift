import Foundation
import Measures
import Reports
import Tokenization
import Traces

/// Prints positions as they are measured: lines at once, what people read when all are there, and other formats for
/// programs through a temporary file.
final class PositionPrinter {
  private let output: OutputOptions
  private let vocabulary: Vocabulary?
  private let spool: TableSpool?
  private var counts = PositionCounts()
  private var records: [(sequence: String?, measures: PositionMeasures)] = []
  private var storageErrors: [StorageError?] = []
  private var failure: TraceError?

  /// Nothing printed yet.
  init(_ output: OutputOptions, _ vocabulary: Vocabulary?) throws {
    self.output = output
    self.vocabulary = vocabulary
    spool =
      switch output.format {
      case .json: try TableSpool(.json)
      case .csv: try TableSpool(.delimited(.comma))
      case .tsv: try TableSpool(.delimited(.tab))
      case .jsonl, .table, .markdown: nil
      }
  }

  /// Takes the positions of one sequence.
  func add(_ measures: [PositionMeasures], of sequence: String?, _ storageErrors: [StorageError?]) {
    let records = measures.map { (sequence: sequence, measures: $0) }
    guard !output.format.isForPeople else {
      self.records += records
      self.storageErrors += storageErrors
      return
    }
    counts.add(measures, storageErrors)
    let rows = Table.positionRows(records, text: text, storageErrors: storageErrors)
    guard let spool else { return output.print(rows) }
    do throws(TraceError) { try spool.add(rows) } catch { failure = failure ?? error }
  }

  /// Prints what can be said only of all positions, and what was kept.
  ///
  /// - Parameter failed: The sequences that could not be measured.
  func finish(_ sums: SequenceSums, _ excluded: Exclusions, failed: Int) throws {
    if let failure { throw failure }
    let isComplete = failed == 0 && excluded.faulty.isEmpty
    func concluded(_ table: Table) -> Table {
      var table = table
      table.isComplete = isComplete
      if failed > 0 {
        let sequences = failed == 1 ? "1 sequence" : "\(failed) sequences"
        table.notes.append("\(sequences) cannot be measured and \(failed == 1 ? "is" : "are") left out.")
      }
      return table
    }
    if output.format.isForPeople {
      let table = Table.positions(records, text: text, excluded: excluded, storageErrors: storageErrors)
      output.print(concluded(table))
    }
    try spool?.write(under: concluded(.positionHead(sums, counts, excluded))) { Standard.write($0) }
  }

  private func text(_ id: TokenID) -> String? {
    vocabulary?.bytes(of: id).map { TokenText($0).shown }
  }
}

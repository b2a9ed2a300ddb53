import ArgumentParser
import Analysis
import Measures
import Reports
import Statistics
import Tokenization
import Traces

/// Which figures are measured.
enum MeasureMode: String, CaseIterable, ExpressibleByArgument {
  case full, paper
}

/// Which table of the paper is printed.
enum PaperView: String, CaseIterable, ExpressibleByArgument {
  case figures, curve, cases, words
}

/// The paper's own procedure in place of divergences.
struct PaperMode: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "full measures distributions; paper repeats the released code of arXiv 2507.00432, quirks included.",
      discussion: """
        Reads pairs of *_token_losses.json, which hold no distributions, any other traces, and an index.
        """))
  var mode: MeasureMode = .full
  @Option(
    help: """
      With --mode paper: figures of each task, curve (by position, as URIAL), cases (the shifted tokens of each \
      response), or words (of a word cloud).
      """)
  var view: PaperView?

  func validate() throws {
    guard mode == .paper || view == nil else {
      throw ValidationError("--view is for --mode paper. Add it, or leave --view out.")
    }
  }

  /// Two files compared by the paper's procedure.
  ///
  /// - Parameter traces: Opens both files as traces.
  func table(
    reference: String, tuned: String, by measurement: PairMeasurement, vocabulary: Vocabulary?,
    traces: () throws -> FilePair
  ) throws -> Table {
    let comparison: PaperComparison
    if try TokenLossesFile.isOne(ByteStorage(mapping: tuned)) {
      comparison = PaperComparison(
        tuned: try TokenLossesFile(contentsOf: tuned), reference: try TokenLossesFile(contentsOf: reference))
    } else {
      comparison = try PaperComparison(traces(), by: measurement) { id in
        vocabulary?.bytes(of: id).map { TokenText($0).shown } ?? "\(id.rawValue)"
      }
    }
    for remark in comparison.remarks { StandardError.write("warning: \(remark)") }
    return table(comparison)
  }

  /// The table of one comparison by the paper's procedure.
  ///
  /// - Parameter label: Whose mean over tasks a note tells, where a table has several models.
  func table(_ comparison: PaperComparison, label: String? = nil) -> Table {
    let tasks = comparison.tasks
    switch view ?? .figures {
    case .figures: return figures(comparison, label)
    case .curve:
      let points = tasks.flatMap { comparison.curve(of: $0) }
      return .paperCurve(
        points, notes: ["p tuned, q reference. The first token of each response is left out."])
    case .cases:
      let rows = comparison.responses.map { response in
        let shifted = response.tokens.filter { $0.rankShift.map { $0 != 0 } ?? false }
        return (response.task, response.sequence, response.tokens.count, shifted.map(\.tuned.token))
      }
      return .paperCases(
        rows, notes: ["A token is shifted where its rank differs; the paper states no threshold."])
    case .words:
      let rows = tasks.flatMap { task in
        comparison.words(of: task).map {
          (task, $0.token, $0.count, $0.shiftedCount, $0.meanMagnitude, $0.weight)
        }
      }
      return .paperWords(
        rows, notes: ["weight = count · mean |rank shift|. Nothing here is tested: see 'tokens --contrast'."])
    }
  }

  private func figures(_ comparison: PaperComparison, _ label: String?) -> Table {
    let rows = comparison.tasks.map { task in
      PaperRow(
        task: task, estimate: comparison.estimate(of: task), classes: comparison.classes(of: task),
        divergence: comparison.divergence(of: task))
    }
    return .paper(rows, notes: Self.procedure + means(rows).map { (label.map { "\($0): " } ?? "") + $0 })
  }

  /// The paper's headline figures are means over its tasks.
  private func means(_ rows: [PaperRow]) -> [String] {
    let estimates = rows.compactMap(\.estimate.klDivergence)
    guard estimates.count > 1 else { return [] }
    let shifts = rows.compactMap(\.estimate.rankShiftByResponse)
    func mean(_ values: [Double]) -> String {
      values.isEmpty ? "unknown" : String((values.reduce(0, +) / Double(values.count) * 1e4).rounded() / 1e4)
    }
    return [
      "Mean of the \(estimates.count) tasks: paper's KL \(mean(estimates)), rank shift by response \(mean(shifts))."
    ]
  }

  private static let procedure = [
    """
    paper's KL is no divergence: | mean over responses of the mean over tokens of ln(p + 1e-10) − ln(q + 1e-10) |, \
    p tuned and q reference, of the emitted token alone.
    """,
    """
    As in the released code: the first \(PaperEstimate.mostResponses) responses, the first token of each dropped, \
    pairs cut to the shorter, nats.
    """,
    """
    rank shift = reference rank − tuned rank, ranks as the files have them: vLLM 0.8 counts tied tokens against the \
    token, tokenshift for it.
    """,
  ]
}

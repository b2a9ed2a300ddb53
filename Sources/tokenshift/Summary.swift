import Analysis
import ArgumentParser
import Reports
import ShiftStore

struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The headline table: how far each tuned model moved, task by task.",
    discussion: """
      Each figure is a mean with an interval from a bootstrap that resamples prompts (of fewer than 8, Student's). Traces that hold only the \
      most probable tokens give bounds, marked ≥. JSON, CSV and the like have all figures, whatever is shown.

      A contrast subtracts the second model's figures from the first's, on the prompts that both answered.

      Examples:
        tokenshift summary study.sqlite --format markdown
        tokenshift summary study.sqlite --figures spread
        tokenshift summary study.sqlite --contrast sft rl
        tokenshift summary study.sqlite --mode paper
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "What counts the same: each token, or each sequence. sequence when left out.")
  var weight: Weighting?
  @Option(help: "The figures that people see. headline when left out.")
  var figures: FigureSet?
  @Option(parsing: .upToNextOption, help: "Two tuned models to set against each other.")
  var contrast: [String] = []
  @Option(help: "One tuned model. All of them when left out.")
  var model: String?
  @OptionGroup var paper: PaperMode
  @OptionGroup var slice: SliceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard contrast.isEmpty || contrast.count == 2, Set(contrast).count == contrast.count else {
      throw ValidationError("--contrast takes two different tuned models, for instance --contrast sft rl.")
    }
    guard contrast.isEmpty || model == nil && paper.mode == .full else {
      throw ValidationError("--contrast names its models and has means. Leave --model and --mode out.")
    }
    guard paper.mode == .full || weight == nil && figures == nil else {
      throw ValidationError(
        "--mode paper has figures and weights of its own, those of the released code. Leave --weight and --figures out."
      )
    }
    guard contrast.isEmpty || figures != .spread else {
      throw ValidationError(
        "Figures of spread have no differences: they are not means. Leave --contrast out, or show other --figures."
      )
    }
  }

  func run() throws {
    let index = try index.open()
    if contrast.count == 2 {
      let rows = try index.contrast(
        contrast[0], minus: contrast[1], source: slice.source, task: slice.task, weighting: weighting,
        figures: wanted)
      let gaps = try index.gaps(in: rows.flatMap { [$0.first, $0.second] }, task: slice.task)
      try output.print(
        .contrast(
          rows, figures: shown, weighting: weighting, confidence: ShiftIndex.confidence,
          notes: Self.infiniteNotes(gaps)), of: index)
      return
    }
    let comparisons = try index.comparisons(of: model, source: slice.source)
    if paper.mode == .paper {
      try printPaper(index, comparisons)
      return
    }
    let rows = try index.summary(of: comparisons, task: slice.task, weighting: weighting, figures: wanted)
    let problems = try index.problems()
    let warnings = Self.warnings(problems, comparisons)
    for warning in warnings.prefix(Self.shownWarnings) { StandardError.write("warning: \(warning)") }
    let gaps = try index.gaps(in: comparisons, task: slice.task)
    try output.print(
      .summary(
        rows, figures: shown, weighting: weighting, confidence: ShiftIndex.confidence,
        notes: Self.notes(problems, rows, gaps) + Self.notes(ofWarnings: warnings.count)
          + Table.rankNotes(unranked: gaps.unranked, unclassed: gaps.unclassed, of: gaps.positions)),
      of: index)
  }

  /// The released code's figures of each comparison, one below the other.
  private func printPaper(_ index: ShiftIndex, _ comparisons: [ShiftStore.Comparison]) throws {
    let parts = try comparisons.map { comparison in
      let found = try PaperComparison(index, comparison, task: slice.task) { ids in
        try index.tokenLabels(of: ids).mapValues(\.text)
      }
      for remark in found.remarks { StandardError.write("warning: \(remark)") }
      let label =
        comparison.isOwnText ? comparison.tuned : "\(comparison.tuned) on text of \(comparison.source)"
      return (
        labels: [comparison.tuned, comparison.source],
        table: paper.table(found, label: comparisons.count > 1 ? label : nil)
      )
    }
    let showsSource = !comparisons.allSatisfy(\.isOwnText)
    let columns = [
      Table.Column("model", title: "model"), Table.Column("source", title: showsSource ? "on text of" : nil),
    ]
    if let table = Table.joined(parts, by: columns) { try output.print(table, of: index) }
  }

  /// People see some figures, programs get all.
  private var wanted: Set<SummaryFigure>? { output.format.isForPeople ? shown.figures : nil }

  private var shown: FigureSet { figures ?? .headline }
  private var weighting: Weighting { weight ?? .sequence }
}

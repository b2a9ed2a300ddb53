import ArgumentParser
import Reports
import ShiftStore

struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The headline table: how far each tuned model moved, task by task.",
    discussion: """
      Each figure is a mean with an interval from a bootstrap that resamples prompts. Traces that hold only the \
      most probable tokens give bounds, marked ≥.

      Example:
        tokenshift summary study.sqlite --format markdown
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "What counts the same: each token, or each sequence.")
  var weight: Weighting = .sequence
  @OptionGroup var slice: SliceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let (index, isComplete) = try index.open()
    let comparisons = try index.comparisons(of: nil, source: slice.source)
    let rows = try index.summary(of: comparisons, task: slice.task, weighting: weight)
    let problems = try index.problems()
    output.print(
      .summary(
        rows, weighting: weight, confidence: ShiftIndex.confidence, notes: Self.notes(problems, rows),
        isComplete: isComplete))
  }

  /// What was left out, in words.
  private static func notes(_ problems: [ProblemRecord], _ rows: [SummaryRow]) -> [String] {
    let tasks = rows.filter { $0.task != nil }
    var notes: [String] = []
    let excluded = tasks.reduce(0) { $0 + $1.excluded }
    if excluded > 0 {
      notes.append(
        "\(excluded) \(excluded == 1 ? "position was" : "positions were") left out (masked, missing or faulty)."
      )
    }
    let infinite = tasks.reduce(0) { $0 + $1.infinite }
    if infinite > 0 {
      notes.append(
        """
        \(infinite) \(infinite == 1 ? "position has" : "positions have") an infinite KL(tuned‖reference) and \
        \(infinite == 1 ? "is" : "are") not in its mean.
        """)
    }
    let errors = problems.filter { $0.severity == .error }.count
    if errors > 0 {
      notes.append("\(errors) \(errors == 1 ? "problem" : "problems") in the input: see the table problem.")
    }
    return notes + warningNotes(problems)
  }

  /// Doubts about whole files, each in its own words; the others are counted.
  private static func warningNotes(_ problems: [ProblemRecord]) -> [String] {
    let doubts = problems.filter { $0.severity == .warning && $0.sequence == nil }
    var notes = doubts.prefix(Self.shownDoubts).map { "warning: \($0.message)" }
    if doubts.count > Self.shownDoubts {
      notes.append("\(doubts.count - Self.shownDoubts) more warnings: see the table problem.")
    }
    return notes
  }

  /// More lines than this would hide the table.
  private static let shownDoubts = 5
}

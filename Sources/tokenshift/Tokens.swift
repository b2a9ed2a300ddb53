import ArgumentParser
import Reports
import ShiftStore

/// What token tables are sorted by.
enum TokenOrder: String, CaseIterable, ExpressibleByArgument {
  case logprobShift, rankShift, shifted, klTunedReference, count

  /// The measure of one token under one model.
  func value(_ drift: EmittedDrift?) -> Double? {
    switch self {
    case .logprobShift: drift?.logprobShiftMean
    case .rankShift: drift?.rankShiftMean
    case .shifted: drift?.shiftedShare
    case .klTunedReference: drift?.klTunedReferenceMeanLow
    case .count: drift.map { Double($0.count) } ?? 0
    }
  }

  var title: String {
    switch self {
    case .logprobShift: "Δ logprob"
    case .rankShift: "rank shift"
    case .shifted: "shifted"
    case .klTunedReference: "KL"
    case .count: "count"
    }
  }
}

/// Which token a row is about.
enum TokenView: String, CaseIterable, ExpressibleByArgument {
  case emitted, predicted
}

struct Tokens: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Which vocabulary tokens shift, under one tuned model or under two.",
    discussion: """
      The view 'emitted' counts the positions where a token stands in the text: the share where the reference \
      ranked it beyond 3 (shifted), its mean rank shift, its mean Δ logprob. The view 'predicted' follows \
      probability over all positions: mass moved onto or off a token, and its additive share of KL. It needs \
      dense traces.

      A contrast compares each model on its own responses; with --source both are compared on the same ones. \
      It shows tokens that both wrote often enough; sorted by count, also those that only one of them wrote.

      Examples:
        tokenshift tokens study.sqlite --model sft
        tokenshift tokens study.sqlite --contrast sft rl --sort shifted --min-count 10
        tokenshift tokens study.sqlite --contrast sft rl --source base
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "The tuned model. May be left out where there is one.")
  var model: String?
  @Option(parsing: .upToNextOption, help: "Two tuned models to set against each other.")
  var contrast: [String] = []
  @Option(help: "Whether a row is about the token in the text, or about the probability of a token anywhere.")
  var view: TokenView = .emitted
  @Option(
    help:
      "What rows are sorted by, largest magnitude first; of a contrast, by the difference. logprobShift when left out."
  )
  var sort: TokenOrder?
  @Option(help: "The fewest positions a token must stand at, under each model. 3 when left out.")
  var minCount: Int?
  @OptionGroup var slice: SliceOptions
  @OptionGroup var limit: LimitOption
  @OptionGroup var output: OutputOptions

  private var order: TokenOrder { sort ?? .logprobShift }
  private var fewest: Int { minCount ?? 3 }

  func validate() throws {
    guard contrast.isEmpty || contrast.count == 2, Set(contrast).count == contrast.count else {
      throw ValidationError("--contrast takes two different tuned models, for instance --contrast sft rl.")
    }
    guard contrast.isEmpty || (view == .emitted && model == nil) else {
      throw ValidationError(
        "--contrast names its models and compares emitted tokens. Leave --model and --view out.")
    }
    guard view == .emitted || (sort == nil && minCount == nil) else {
      throw ValidationError(
        "The view 'predicted' is sorted by the share of KL. Leave --sort and --min-count out.")
    }
    guard fewest > 0 else { throw ValidationError("--min-count must be at least 1, but is \(fewest).") }
  }

  func run() throws {
    let index = try index.openWhole()
    if contrast.count == 2 {
      output.print(try contrastTable(index, contrast[0], contrast[1]))
      return
    }
    let model = try chosenModel(index)
    let comparisons = try index.comparisons(of: model, source: slice.source)
    switch view {
    case .emitted: output.print(try emittedTable(index, model, comparisons))
    case .predicted: output.print(try predictedTable(index, model, comparisons))
    }
  }

  private func chosenModel(_ index: ShiftIndex) throws -> String {
    if let model { return model }
    let models = Set(try index.comparisons().map(\.tuned)).sorted()
    guard models.count == 1 else {
      throw CommandFailure(
        status: .usage,
        message: """
          \(index.path): the index has several tuned models. Pass --model or --contrast with \
          \(models.joined(separator: ", ")).
          """)
    }
    return models[0]
  }

  private func emittedTable(_ index: ShiftIndex, _ model: String, _ comparisons: [Comparison]) throws -> Table
  {
    let drifts = try index.emittedDrift(in: comparisons, task: slice.task).filter { $0.count >= fewest }
    let rows = largest(drifts, by: { order.value($0)?.magnitude }, id: \.tokenID)
    return .emitted(
      rows, model: model, showsKL: order == .klTunedReference, notes: notes(comparisons, rows: rows.count),
      isComplete: true)
  }

  private func predictedTable(_ index: ShiftIndex, _ model: String, _ comparisons: [Comparison]) throws
    -> Table
  {
    let drifts = try index.predictedDrift(in: comparisons, task: slice.task)
    guard !drifts.isEmpty else {
      throw CommandFailure(
        status: .badData,
        message: """
          \(index.path): \(model) has no dense traces here, and only they tell what happens to every token. \
          Use '--view emitted'.
          """)
    }
    let rows = largest(drifts, by: \.klShareMean.magnitude, id: \.tokenID)
    return .predicted(
      rows, model: model, notes: ["\(sliceWords(comparisons)) Means over positions."], isComplete: true)
  }

  private func contrastTable(_ index: ShiftIndex, _ first: String, _ second: String) throws -> Table {
    let firstComparisons = try index.comparisons(of: first, source: slice.source)
    let secondComparisons = try index.comparisons(of: second, source: slice.source)
    func difference(_ contrast: TokenContrast) -> Double? {
      guard let a = order.value(contrast.first), let b = order.value(contrast.second) else { return nil }
      return b - a
    }
    let contrasts = try index.contrast(firstComparisons, secondComparisons, task: slice.task).filter {
      contrast in
      let counts = [contrast.first?.count ?? 0, contrast.second?.count ?? 0]
      // A token that one model never wrote has no shift there, but it has a count.
      return (order == .count ? counts.max() : counts.min()) ?? 0 >= fewest
    }
    let rows = largest(contrasts, by: { difference($0)?.magnitude }, id: \.tokenID)
    return .contrast(
      rows, names: (first, second), sortedBy: order.title, showsKL: order == .klTunedReference,
      difference: difference, notes: notes(firstComparisons + secondComparisons, rows: rows.count),
      isComplete: true)
  }

  /// The rows with the largest values, ties by the lowest id.
  private func largest<Row>(_ rows: [Row], by value: (Row) -> Double?, id: (Row) -> Int) -> [Row] {
    rows.compactMap { row in value(row).map { (row: row, value: $0) } }
      .sorted { ($1.value, id($0.row)) < ($0.value, id($1.row)) }
      .prefix(limit.limit).map(\.row)
  }

  private func sliceWords(_ comparisons: [Comparison]) -> String {
    let texts = comparisons.map { "\($0.tuned) on text of \($0.source)" }.joined(separator: ", ")
    return "\(slice.task ?? "All tasks"): \(texts)."
  }

  private func notes(_ comparisons: [Comparison], rows: Int) -> [String] {
    let places = fewest == 1 ? "1 position or more" : "\(fewest) positions or more"
    var notes = ["\(sliceWords(comparisons)) Tokens that stand at \(places)."]
    if order == .klTunedReference {
      notes.append("Sorted by KL(tuned‖reference), for truncated traces by its lower bound.")
    }
    if rows == 0 { notes.append("No token is that frequent. Lower --min-count.") }
    return notes
  }
}

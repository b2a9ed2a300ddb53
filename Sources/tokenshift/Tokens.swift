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

      Examples:
        tokenshift tokens study.sqlite --model sft
        tokenshift tokens study.sqlite --contrast sft rl --sort shifted --min-count 10
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "The tuned model. May be left out where there is one.")
  var model: String?
  @Option(parsing: .upToNextOption, help: "Two tuned models to set against each other.")
  var contrast: [String] = []
  @Option(help: "Whether a row is about the token in the text, or about the probability of a token anywhere.")
  var view: TokenView = .emitted
  @Option(help: "What rows are sorted by; of a contrast, by the difference.")
  var sort: TokenOrder = .logprobShift
  @Option(help: "The fewest positions a token must stand at, under each model.")
  var minCount = 3
  @OptionGroup var slice: SliceOptions
  @OptionGroup var limit: LimitOption
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard contrast.isEmpty || contrast.count == 2 else {
      throw ValidationError("--contrast takes two tuned models, for instance --contrast sft rl.")
    }
    guard contrast.isEmpty || view == .emitted else {
      throw ValidationError("--contrast compares emitted tokens. Leave --view out.")
    }
    guard minCount > 0 else { throw ValidationError("--min-count must be at least 1, but is \(minCount).") }
  }

  func run() throws {
    let (index, isComplete) = try index.open()
    if contrast.count == 2 {
      output.print(try contrastTable(index, contrast[0], contrast[1], isComplete))
      return
    }
    let model = try chosenModel(index)
    let comparisons = try index.comparisons(of: model, source: slice.source)
    switch view {
    case .emitted:
      let drifts = try index.emittedDrift(in: comparisons, task: slice.task).filter { $0.count >= minCount }
      output.print(.emitted(sorted(drifts), notes: notes(comparisons), isComplete: isComplete))
    case .predicted:
      let drifts = try index.predictedDrift(in: comparisons, task: slice.task)
      guard !drifts.isEmpty else {
        throw CommandFailure(
          status: .badData,
          message: """
            \(index.path): \(model) has no dense traces here, and only they tell what happens to every token. \
            Use '--view emitted'.
            """)
      }
      let sorted = drifts.sorted {
        ($1.klShareMean.magnitude, $0.tokenID) < ($0.klShareMean.magnitude, $1.tokenID)
      }
      output.print(
        .predicted(Array(sorted.prefix(limit.limit)), notes: notes(comparisons), isComplete: isComplete))
    }
  }

  private func chosenModel(_ index: ShiftIndex) throws -> String {
    if let model { return model }
    let models = Set(try index.comparisons().map(\.tuned)).sorted()
    guard models.count == 1 else {
      throw ValidationError(
        "The index has several tuned models. Pass --model or --contrast with \(models.joined(separator: ", "))."
      )
    }
    return models[0]
  }

  /// The largest magnitude first, then the lowest id.
  private func sorted(_ drifts: [EmittedDrift]) -> [EmittedDrift] {
    let measured = drifts.compactMap { drift in sort.value(drift).map { (drift, $0.magnitude) } }
    return measured.sorted { ($1.1, $0.0.tokenID) < ($0.1, $1.0.tokenID) }.prefix(limit.limit).map(\.0)
  }

  private func contrastTable(
    _ index: ShiftIndex, _ first: String, _ second: String, _ isComplete: Bool
  ) throws -> Table {
    let firstComparisons = try index.comparisons(of: first, source: slice.source)
    let secondComparisons = try index.comparisons(of: second, source: slice.source)
    let contrasts = try index.contrast(firstComparisons, secondComparisons, task: slice.task)
    func difference(_ contrast: TokenContrast) -> Double? {
      guard let a = sort.value(contrast.first), let b = sort.value(contrast.second) else { return nil }
      return b - a
    }
    let chosen = contrasts.filter { min($0.first?.count ?? 0, $0.second?.count ?? 0) >= minCount }
      .compactMap { contrast in difference(contrast).map { (contrast, $0.magnitude) } }
      .sorted { ($1.1, $0.0.tokenID) < ($0.1, $1.0.tokenID) }
    return .contrast(
      chosen.prefix(limit.limit).map(\.0), names: (first, second), sortedBy: sort.title,
      difference: difference, notes: notes(firstComparisons + secondComparisons), isComplete: isComplete)
  }

  private func notes(_ comparisons: [Comparison]) -> [String] {
    let texts = comparisons.map { "\($0.tuned) on text of \($0.source)" }.joined(separator: ", ")
    let slice = "\(slice.task ?? "All tasks"): \(texts)."
    return [
      view == .emitted
        ? "\(slice) Tokens that stand at \(minCount) positions or more." : "\(slice) Means over positions."
    ]
  }
}

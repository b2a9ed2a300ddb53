import Analysis
import ArgumentParser
import Foundation
import Reports
import ShiftStore

struct Tokens: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Which vocabulary tokens shift, under one tuned model or under two.",
    discussion: """
      The view 'emitted' counts the positions where a token stands in the text: the share where the reference \
      ranked it beyond 3 (shifted), its mean and median rank shift, its mean Δ logprob. The view 'predicted' follows \
      probability over all positions: mass moved onto (promoted) or off (suppressed) a token, of truncated traces \
      with a bound, and its additive share of KL, for which it needs dense traces.

      A contrast compares each model on its own responses; with --source both are compared on the same ones. \
      The effect is the first model's mean minus the second's. Emitted means are by token, predicted ones by \
      prompt. P-values and intervals (95 %) come from one test, which flips the signs of whole prompts: an \
      interval leaves out 0 exactly where p is at most 0.05. q-values are those of Benjamini and Hochberg over \
      all tokens tested: calling every token with q up to 0.05 keeps \
      the expected share of false calls at 5 % when tests are independent or positively dependent. A token that \
      fewer than 6 prompts touch is not tested.

      Examples:
        tokenshift tokens study.sqlite --model sft
        tokenshift tokens study.sqlite --contrast sft rl --source base
        tokenshift tokens study.sqlite --contrast sft rl --view predicted --limit 50
        tokenshift tokens study.sqlite --contrast sft rl --by category
        tokenshift tokens study.sqlite --contrast sft rl --fdr 0.05 --format csv
      """)

  @Argument(
    help: "An index that 'tokenshift batch' wrote. Not needed for --show-categories.",
    completion: .file(extensions: ["sqlite", "db"]))
  var index: String?
  @Option(help: "The tuned model. May be left out where there is one.")
  var model: String?
  @Option(parsing: .upToNextOption, help: "Two tuned models to set against each other.")
  var contrast: [String] = []
  @Option(help: "Whether a row is about the token in the text, or about the probability of a token anywhere.")
  var view: TokenView = .emitted
  @Option(
    help:
      "What a contrast compares. When left out: logprobShift of emitted tokens, movedMass of predicted ones.")
  var metric: TokenMeasure?
  @Option(
    help: """
      What rows are sorted by, largest magnitude first: a measure or count; of a contrast: q, effect or count. \
      When left out: logprobShift of emitted tokens, klShare of predicted ones, q of a contrast.
      """)
  var sort: TokenOrder?
  @Option(
    name: [.long, .customLong("min-count")], parsing: .unconditional,
    help: "The fewest positions a token must stand at, under each model. 3 when left out.")
  var minimumCount: Int?
  @Option(
    help: ArgumentHelp(
      "Only the tokens of a contrast that are called at this false discovery rate, all with q up to it. For a word cloud.",
      valueName: "rate"))
  var fdr: Double?
  @Option(
    parsing: .unconditional,
    help: """
      How many flips of signs each test of a contrast draws, up to a million. The smallest p-value is 1 over them, and \
      the smallest q-value that times the tokens tested over those called.
      """)
  var flips = 10_000
  @Option(
    parsing: .unconditional, help: "How many threads a contrast uses. Its digits do not depend on it.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount
  @OptionGroup var grouping: GroupingOptions
  @OptionGroup var slice: SliceOptions
  @OptionGroup var limit: LimitOption
  @OptionGroup var output: OutputOptions

  /// With a thousand prompts their signs take 125 MB.
  private static let mostFlips = 1_000_000

  var fewest: Int { minimumCount ?? 3 }
  var measure: TokenMeasure {
    metric ?? sort?.measure ?? (view == .emitted ? .logprobShift : isContrast ? .movedMass : .klShare)
  }
  var isContrast: Bool { !contrast.isEmpty }

  func validate() throws {
    guard index != nil || grouping.showCategories else {
      throw ValidationError("Missing expected argument '<index>'")
    }
    guard contrast.isEmpty || contrast.count == 2, Set(contrast).count == contrast.count else {
      throw ValidationError("--contrast takes two different tuned models, for instance --contrast sft rl.")
    }
    guard contrast.isEmpty || model == nil else {
      throw ValidationError("--contrast names its models. Leave --model out.")
    }
    guard contrast.isEmpty || [nil, .q, .effect, .count].contains(sort) else {
      throw ValidationError("A contrast is sorted by q, effect or count. Name the measure with --metric.")
    }
    guard isContrast || (metric == nil && sort != .q && sort != .effect) else {
      throw ValidationError("One model is sorted by a measure or by count. Use --sort for it.")
    }
    guard view == .emitted ? measure.emitted != nil : measure.predicted != nil else {
      throw ValidationError("The view '\(view.rawValue)' does not have the measure \(measure.rawValue).")
    }
    guard view == .emitted || (minimumCount == nil && sort != .count) else {
      throw ValidationError(
        "The view 'predicted' counts no positions of a token. Leave --minimum-count and --sort count out.")
    }
    if let fdr {
      guard isContrast else {
        throw ValidationError("--fdr is for a contrast. Add --contrast with two models, or leave --fdr out.")
      }
      guard fdr > 0, fdr <= 1 else {
        throw ValidationError("--fdr must lie between 0 and 1, but is \(fdr).")
      }
    }
    guard fewest > 0 else { throw ValidationError("--minimum-count must be at least 1, but is \(fewest).") }
    guard 1...Self.mostFlips ~= flips else {
      throw ValidationError("--flips must lie between 1 and \(Self.mostFlips), but is \(flips).")
    }
    guard jobs > 0 else { throw ValidationError("--jobs must be at least 1, but is \(jobs).") }
  }

  func run() throws {
    let rules = try grouping.categories.map { try CategoryFile(path: $0).rules }
    guard let path = index, !grouping.showCategories else {
      print(try CategoryFile.text(of: rules ?? .standard), terminator: "")
      return
    }
    let index = try ShiftIndex.openWhole(at: path)
    guard try grouping.by == .token || index.hasVocabulary() else {
      throw CommandFailure(
        status: .badData,
        message: """
          \(index.path): the study names no vocabulary, so that its tokens have no kinds. \
          Leave --by out, or add "vocabulary" to the study and measure it anew.
          """)
    }
    let subjects = try TokenSubjects(index, by: grouping.by, rules: rules)
    if contrast.count == 2 {
      try output.print(contrastTable(index, subjects), of: index)
      return
    }
    let model = try chosenModel(index)
    let comparisons = try index.comparisons(of: model, source: slice.source)
    switch view {
    case .emitted: try output.print(emittedTable(index, subjects, model, comparisons), of: index)
    case .predicted: try output.print(predictedTable(index, subjects, model, comparisons), of: index)
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
}

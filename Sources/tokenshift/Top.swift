import ArgumentParser
import Measures
import Reports
import ShiftStore
import Tokenization

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The most shifted positions, with the text around them.",
    discussion: """
      Examples:
        tokenshift top study.sqlite --by rankShift --model sft
        tokenshift top study.sqlite --task math500 --limit 50 --format jsonl
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "The measure.")
  var by: Metric = .klTunedReference
  @Option(help: "One tuned model. All of them when left out.")
  var model: String?
  @Option(parsing: .unconditional, help: "Tokens to show before and after.")
  var context = 6
  @OptionGroup var slice: SliceOptions
  @OptionGroup var limit: LimitOption
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (0...200).contains(context) else {
      throw ValidationError("--context must be between 0 and 200, but is \(context).")
    }
  }

  func run() throws {
    let index = try index.openWhole()
    let comparisons = try index.comparisons(of: model, source: slice.source)
    let positions = try index.top(
      by: by, in: comparisons, task: slice.task, limit: limit.count, context: context)
    let labels = try index.tokenLabels(of: positions.flatMap(\.shownTokens))
    try output.print(.top(positions, by: by, text: { labels[$0]?.text }, notes: []), of: index)
  }
}

extension ShiftedPosition {
  /// The tokens whose texts a row shows.
  fileprivate var shownTokens: [Int] {
    before + after + [measures.tokenID, measures.topReference, measures.topTuned].map { Int($0.rawValue) }
  }
}

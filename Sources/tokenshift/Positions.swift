import ArgumentParser
import Reports
import ShiftStore

struct Positions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The profile of the shift along the response.",
    discussion: """
      Stretches are counted in tokens from the beginning, each twice as long as the one before, or with \
      --relative in equal parts of each response.

      Examples:
        tokenshift positions study.sqlite --model rl
        tokenshift positions study.sqlite --relative --bins 20 --format csv
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "One tuned model. All of them when left out.")
  var model: String?
  @Flag(help: "Cut each response into equal parts.")
  var relative = false
  @Option(help: "The number of parts with --relative: a divisor of 100. 10 when left out.")
  var bins: Int?
  @OptionGroup var slice: SliceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard let bins else { return }
    guard relative else { throw ValidationError("--bins is for --relative. Add it, or leave --bins out.") }
    guard bins > 0, 100.isMultiple(of: bins) else {
      throw ValidationError("--bins must divide 100, but is \(bins). Use 4, 5, 10, 20, 25, 50 or 100.")
    }
  }

  func run() throws {
    let index = try index.openWhole()
    let comparisons = try index.comparisons(of: model, source: slice.source)
    let scale: ProfileScale = relative ? .relative : .absolute
    let edges =
      relative ? Array(stride(from: 0, to: 100, by: 100 / (bins ?? 10))) : [0, 1] + (1..<31).map { 1 << $0 }
    let rows = try index.profile(scale, edges: edges, in: comparisons, task: slice.task)
    output.print(
      .profile(
        rows, scale: scale,
        notes: [
          "\(slice.task ?? "All tasks"). Means by token. Position 0 is the first token of the response."
        ],
        isComplete: true))
  }
}

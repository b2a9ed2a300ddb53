import ArgumentParser
import Reports
import ShiftStore

/// What positions are gathered by.
enum PositionOrder: String, CaseIterable, ExpressibleByArgument {
  case position, relative, ends, entropy, confidence, rank, divergence
}

struct Positions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Where in the response, and at which kind of position, the shift lies.",
    discussion: """
      By position, stretches are counted in tokens from the beginning, each twice as long as the one before; \
      relative ones are equal parts of each response. 'ends' tells how much lies in the first and the last tenth, \
      'divergence' where a response first leaves what the reference would have said or did say, 'rank' counts the emitted \
      token's ranks. 'entropy' cuts all positions into ten parts by the reference's entropy, 'confidence' gathers \
      them by the reference's probability of the emitted token.

      Examples:
        tokenshift positions study.sqlite --model rl
        tokenshift positions study.sqlite --by relative --bins 20 --format csv
        tokenshift positions study.sqlite --by entropy
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: "What positions are gathered by.")
  var by: PositionOrder?
  @Option(help: "One tuned model. All of them when left out.")
  var model: String?
  @Flag(help: "The same as --by relative.")
  var relative = false
  @Option(
    parsing: .unconditional,
    help: "The number of parts with --by relative: a divisor of 100. 10 when left out.")
  var bins: Int?
  @OptionGroup var slice: SliceOptions
  @OptionGroup var output: OutputOptions

  private var order: PositionOrder { by ?? (relative ? .relative : .position) }

  func validate() throws {
    guard !relative || order == .relative else {
      throw ValidationError("--relative contradicts --by \(order.rawValue). Leave one of them out.")
    }
    guard let bins else { return }
    guard order == .relative else {
      throw ValidationError("--bins is for --by relative. Add it, or leave --bins out.")
    }
    guard bins > 0, 100.isMultiple(of: bins) else {
      throw ValidationError("--bins must divide 100, but is \(bins). Use 1, 2, 4, 5, 10, 20, 25, 50 or 100.")
    }
  }

  func run() throws {
    let index = try index.openWhole()
    let comparisons = try index.comparisons(of: model, source: slice.source)
    try output.print(table(index, comparisons), of: index)
  }

  private func table(_ index: ShiftIndex, _ comparisons: [Comparison]) throws -> Table {
    let task = slice.task
    switch order {
    case .position: return try profile(.absolute, index, comparisons)
    case .relative: return try profile(.relative, index, comparisons)
    case .ends: return .responseEnds(try index.responseEnds(in: comparisons, task: task), notes: notes)
    case .entropy:
      return .slices(
        try index.slices(by: .entropy, in: comparisons, task: task), by: .entropy, notes: notes)
    case .confidence:
      return .slices(
        try index.slices(by: .confidence, in: comparisons, task: task), by: .confidence, notes: notes)
    case .rank: return .rankCounts(try index.rankCounts(in: comparisons, task: task), notes: notes)
    case .divergence:
      return .firstDivergences(try index.firstDivergences(in: comparisons, task: task), notes: notes)
    }
  }

  /// What the columns of a table are.
  private var notes: [String] {
    let task = "\(slice.task ?? "All tasks")."
    switch order {
    case .position, .relative:
      return ["\(task) Means by token. Position 0 is the first token of the response."]
    case .ends:
      return ["\(task) Shares of all positions, of the shifted ones, and of the sum of the divergence."]
    case .entropy:
      return [
        "\(task) Tenths of the positions by the reference's entropy in nats, of truncated traces by its lower bound;",
        "undecided = those whose upper bound lies in a later tenth. Means by token.",
      ]
    case .confidence:
      return ["\(task) By the reference's probability of the token in the text. Means by token."]
    case .rank: return ["\(task) Positions by the ranks of the token in the text, where both are known."]
    case .divergence:
      return [
        "\(task) Position 0 is the first token of the response; quartiles are over responses where it happens.",
        "shifted = reference rank above 3; otherTop = after the same text the two models have different first choices;",
        "ownText = the model's own response parts from the reference's own response to the same prompt.",
      ]
    }
  }

  private func profile(
    _ scale: ProfileScale, _ index: ShiftIndex, _ comparisons: [Comparison]
  ) throws -> Table {
    let edges = bins.map { Array(stride(from: 0, to: 100, by: 100 / $0)) } ?? scale.edges
    let rows = try index.profile(scale, edges: edges, in: comparisons, task: slice.task)
    var notes = [
      "\(slice.task ?? "All tasks"). Means by token. Position 0 is the first token of the response."
    ]
    if rows.contains(where: { !$0.bands.isEmpty }) {
      notes.append("Brackets hold 95 % intervals from the spread between prompts (Student's t).")
    }
    return .profile(rows, scale: scale, notes: notes)
  }
}

public import ArgumentParser
import Foundation
public import Reports
public import ShiftStore

/// The index that a command reads, and which part of it.
struct IndexArgument: ParsableArguments {
  @Argument(help: "An index that 'tokenshift batch' wrote.", completion: .file(extensions: ["sqlite", "db"]))
  var index: String

  /// Opens an index whose tables are counted, which is the last thing a batch does.
  func openWhole() throws -> ShiftIndex { try .openWhole(at: index) }

  /// Opens the index and says on standard error when it is not whole.
  func open() throws -> ShiftIndex {
    let index = try ShiftIndex.open(at: self.index)
    let progress = try index.progress()
    if !progress.isFinished {
      StandardError.write(
        """
        \(self.index): unfinished: \(progress.measured) of \(progress.planned) measurements are in. \
        Run 'tokenshift batch' again to complete it.
        """)
    }
    return index
  }
}

extension ShiftIndex {
  /// Opens an index whose tables are counted, which is the last thing a batch does.
  static func openWhole(at path: String) throws -> ShiftIndex {
    let index = try ShiftIndex.open(at: path)
    let progress = try index.progress()
    guard progress.isFinished else {
      throw CommandFailure(
        status: .tryAgain,
        message: """
          \(path): unfinished: \(progress.measured) of \(progress.planned) measurements are in, and this table is \
          counted when all are. Run 'tokenshift batch' again to complete it.
          """)
    }
    return index
  }
}

/// Which comparisons and task of the index a table is about.
struct SliceOptions: ParsableArguments {
  @Option(help: "One task. All tasks together when left out.")
  var task: String?

  @Option(
    help: ArgumentHelp(
      "Whose responses: own (each tuned model's own), all, or a source by its name.", valueName: "source"))
  var source: SourceChoice = .own
}

extension SourceChoice: ExpressibleByArgument {
  /// `own`, `all`, or the name of a source.
  public init?(argument: String) {
    switch argument {
    case "own": self = .own
    case "all": self = .all
    default: self = .named(argument)
    }
  }

  /// The word that stands for the choice on the command line.
  public var defaultValueDescription: String {
    switch self {
    case .own: "own"
    case .all: "all"
    case .named(let name): name
    }
  }
}

extension Weighting: ExpressibleByArgument {}
extension Metric: ExpressibleByArgument {}
extension GateVerdict.Bound: ExpressibleByArgument {}
extension FigureSet: ExpressibleByArgument {}

/// How many rows are printed.
struct LimitOption: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long], parsing: .unconditional,
    help: "The most rows to print. 20 when left out.")
  var limit: Int?

  /// The most rows to print.
  var count: Int { limit ?? 20 }

  func validate() throws {
    guard let limit else { return }
    guard limit > 0 else { throw ValidationError("--limit must be at least 1, but is \(limit).") }
  }
}

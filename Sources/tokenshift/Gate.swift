import ArgumentParser
import Foundation
import Reports
import ShiftStore

/// What becomes of a limit that bounds cannot decide.
enum UndecidedRule: String, CaseIterable, ExpressibleByArgument {
  case fail, pass
}

struct Gate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends with exit code 1 when a figure of the summary crosses a limit.",
    discussion: """
      A limit is written FIGURE[MODEL, TASK] <= NUMBER. FIGURE is a name as in 'summary --format json'. Without a \
      task it is about all tasks together, without brackets about every tuned model; * is every one by itself. \
      Shares go from 0 to 1, or are written in percent.

      Truncated traces give bounds. An upper limit is crossed when the lower bound is above it and kept when the \
      upper bound is not; in between it cannot be decided, which counts as crossed unless --undecided pass is given.

      Examples:
        tokenshift gate study.sqlite --max 'jensenShannon[rl] <= 0.05'
        tokenshift gate study.sqlite --max 'shiftedShare[*, math500] <= 8 %' --min 'topAgreementShare >= 0.9'
        tokenshift gate study.sqlite --max 'rankShift[sft] <= 5' --bound high
      """)

  @OptionGroup var index: IndexArgument
  @Option(help: ArgumentHelp("An upper limit. Can be given several times.", valueName: "limit"))
  var max: [String] = []
  @Option(help: ArgumentHelp("A lower limit. Can be given several times.", valueName: "limit"))
  var min: [String] = []
  @Option(help: "Which number is held to the limit: the figure, or an end of its interval.")
  var bound: GateVerdict.Bound = .mean
  @Option(help: "What becomes of a limit that cannot be decided.")
  var undecided: UndecidedRule = .fail
  @Option(help: "What counts the same: each token, or each sequence.")
  var weight: Weighting = .sequence
  @Option(
    help: ArgumentHelp(
      "Whose responses: own (each tuned model's own), all, or a source by its name.", valueName: "source"))
  var source: SourceChoice = .own
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !(max + min).isEmpty else {
      throw ValidationError("No limit is given. Add for instance --max 'klTunedReference <= 0.05'.")
    }
    do {
      _ = try conditions
    } catch let error as GateError {
      throw ValidationError("\(error)")
    }
  }

  private var conditions: [GateCondition] {
    get throws {
      try max.map { try GateCondition($0, side: .atMost) } + min.map { try GateCondition($0, side: .atLeast) }
    }
  }

  func run() throws {
    let index = try index.openWhole()
    let conditions = try conditions
    let verdicts = try index.verdicts(
      on: conditions, bound: bound, source: source, weighting: weight)
    let errors = try index.problems().filter { $0.severity == .error }.count
    try output.print(.gate(verdicts, bound: bound), of: index)
    try refuseIgnorance(conditions, verdicts, errors)
    let crossed = verdicts.filter {
      $0.outcome == .failed || $0.outcome == .undecided && undecided == .fail
    }
    for verdict in crossed {
      if let sentence = verdict.sentence { StandardError.write("tokenshift: \(sentence)") }
    }
    if !crossed.isEmpty { throw ExitCode(Status.incomplete.rawValue) }
  }

  /// A condition about nothing, or about part of a study, is not kept: what was not measured may cross it.
  private func refuseIgnorance(
    _ conditions: [GateCondition], _ verdicts: [GateVerdict], _ errors: Int
  ) throws {
    guard undecided == .fail else { return }
    guard conditions.allSatisfy({ condition in verdicts.contains { $0.condition == condition } }) else {
      throw CommandFailure(
        status: .incomplete,
        message: """
          no row of the summary is what a condition asks for, so nothing was checked. \
          See 'tokenshift summary' for the models and tasks, or choose another --source.
          """)
    }
    guard errors == 0 else {
      throw CommandFailure(
        status: .incomplete,
        message: """
          \(errors) \(errors == 1 ? "problem" : "problems") of the input left measurements out, so the limits are not \
          known to be kept. See the table problem, or pass --undecided pass.
          """)
    }
  }
}

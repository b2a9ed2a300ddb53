import Analysis
import ArgumentParser
import Foundation
import Reports

/// Which σ the index divides gains by.
enum SpreadChoice: String, CaseIterable, ExpressibleByArgument {
  case shared, pooled, model, paper
}

/// Which of the paper's two definitions.
enum IndexVersion: String, CaseIterable, ExpressibleByArgument {
  case v1, v2
}

struct Transfer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The Transferability Index from benchmark scores (arXiv 2507.00432).",
    discussion: """
      What tuning gained on each group of benchmarks, in percent of what it gained on the group that it trained for.

      JSON maps groups to benchmarks, scores and models, as samples/paper/transfer.json does. CSV has the columns \
      model, base (empty for base models), one for each benchmark, and ti_GROUP for indices that somebody printed; \
      its groups come from --group.

      The formula divides gains by σ. The paper's tables need one σ a group for all models, and no pooling of its \
      own scores gives it: 'shared' takes what the file states, else 'pooled', the standard deviation of all \
      models' gains; 'model' is the formula to the letter; 'paper' the ratios that its tables imply.

      Examples:
        tokenshift transfer samples/paper/transfer.json
        tokenshift transfer scores.csv --group math=AIME24,MATH500 --group non=CoQA,IFEval --sigma model
        tokenshift transfer samples/paper/transfer.json --definition v1 --format csv
      """)

  @Argument(help: "Benchmark scores, JSON or CSV.", completion: .file(extensions: ["json", "csv"]))
  var scores: String
  @Option(help: "A group and its benchmarks: NAME=A,B,C. Replaces the groups of the file; may be repeated.")
  var group: [String] = []
  @Option(help: "The group that the models were trained for.")
  var over = "math"
  @Option(help: "v2 weighs benchmarks by their room and damps gains; v1 is a ratio of relative gains.")
  var definition: IndexVersion = .v2
  @Option(help: "The σ of v2.")
  var sigma: SpreadChoice?
  @Option(help: "How far from a reported index counts as the same, in percentage points.")
  var tolerance = TransferAudit.roundingTolerance
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard tolerance >= 0 else {
      throw ValidationError("--tolerance must not be negative, but is \(tolerance).")
    }
    guard definition == .v2 || sigma == nil else {
      throw ValidationError("The definition v1 has no σ. Leave --sigma out.")
    }
    _ = try groups()
  }

  func run() throws {
    let audit = try TransferAudit(
      ScoreTable(contentsOf: scores, groups: groups()), over: over, by: method)
    let rows = audit.rows.map {
      TransferRow(
        model: $0.model, base: $0.base, group: $0.group, value: $0.value, reported: $0.reported,
        agrees: $0.agrees(within: tolerance), obstacle: $0.obstacle)
    }
    output.print(.transfer(rows, notes: [formula, spreads(audit)].compactMap { $0 }))
  }

  private var method: TransferAudit.Method {
    guard definition == .v2 else { return .relative }
    return switch sigma ?? .shared {
    case .shared: .shared
    case .pooled: .pooled
    case .model: .perModel
    case .paper: .paper
    }
  }

  private func groups() throws -> [ScoreTable.Group] {
    try group.map { text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      let benchmarks = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
      guard !benchmarks.isEmpty else {
        throw ValidationError("--group must be NAME=A,B,C, but is \"\(text)\".")
      }
      return ScoreTable.Group(name: parts[0], benchmarks: benchmarks)
    }
  }

  private var formula: String {
    definition == .v1
      ? "TI = 100 · ΔR / ΔR(\(over)), ΔR the mean of (tuned − base) / base: the definition of the paper's version 1."
      : "TI = 100 · DI / DI(\(over)), DI = Σ ŵ · sign(δ)·√|δ|, δ = (tuned − base) / σ, ŵ ∝ 100 − base."
  }

  private func spreads(_ audit: TransferAudit) -> String? {
    if definition == .v1 { return nil }
    if sigma == .model { return "σ: the standard deviation of each model's own gains." }
    if audit.spreads.isEmpty { return nil }
    let values = audit.spreads.map { "\($0.group) \(String(format: "%.4f", $0.spread))" }
      .joined(separator: ", ")
    if sigma == .paper { return "σ shared by all models, as the paper's tables imply: \(values)." }
    return audit.spreadsAreStated
      ? "σ shared by all models, as the file states: \(values)."
      : "σ shared by all models, the standard deviation of all their gains: \(values)."
  }
}

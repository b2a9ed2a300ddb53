public import Measures
public import Statistics

/// The released code's figures of one task.
public struct PaperRow: Sendable {
  /// The task; nil where the files name none.
  public var task: String?
  /// The figures.
  public var estimate: PaperEstimate
  /// The parts of the tokens in each of URIAL's classes; empty where no rank is told.
  public var classes: [ShiftClass: Double]
  /// KL(tuned‖reference) of the whole distributions on the same tokens; nil where they are not stored.
  public var divergence: Figure?

  /// A row.
  public init(
    task: String?, estimate: PaperEstimate, classes: [ShiftClass: Double], divergence: Figure?
  ) {
    self.task = task
    self.estimate = estimate
    self.classes = classes
    self.divergence = divergence
  }
}

extension Table {
  /// What the released code of arXiv 2507.00432 would have printed, one row a task.
  public static func paper(_ rows: [PaperRow], notes: [String]) -> Table {
    Table(
      name: "paper",
      columns: [
        Column("task", title: "task"), Column("responses", title: "responses"),
        Column("tokens", title: "tokens"), Column("tokensPerResponse", title: nil),
        Column("paperKL", title: "paper's KL"), Column("logRatio", title: "before |·|"),
        Column("klTunedReference", title: "KL(tuned‖ref)"),
        Column("rankShiftByResponse", title: "rank shift by response"),
        Column("rankShiftByToken", title: "by token"), Column("unshifted", title: "unshifted"),
        Column("marginal", title: "marginal"), Column("shifted", title: "shifted"),
      ],
      rows: rows.map { row in
        let estimate = row.estimate
        let count = estimate.responses.count
        return [
          row.task.map { .text($0) } ?? .missing, .integer(count), .integer(estimate.tokenCount),
          count > 0 ? .real(Double(estimate.tokenCount) / Double(count)) : .missing,
          estimate.klDivergence.map { .real($0) } ?? .missing, Cell(signed: estimate.signedMean),
          row.divergence.map { .figure($0) } ?? .missing, Cell(signed: estimate.rankShiftByResponse),
          Cell(signed: estimate.rankShiftByToken),
        ] + ShiftClass.allCases.map { row.classes.isEmpty ? .missing : .share(row.classes[$0] ?? 0) }
      }, notes: notes)
  }

  /// URIAL's curves, one row a position.
  public static func paperCurve(_ points: [URIALPoint], notes: [String]) -> Table {
    Table(
      name: "paperCurve",
      columns: [
        Column("task", title: "task"), Column("position", title: "position"), Column("count", title: "count"),
        Column("logRatio", title: "ln p − ln q"), Column("klTunedReference", title: "KL(tuned‖ref)"),
        Column("baseRank", title: "base rank from 0"), Column("baseProbability", title: "base probability"),
        Column("unshifted", title: "unshifted"), Column("marginal", title: "marginal"),
        Column("shifted", title: "shifted"),
      ],
      rows: points.map { point in
        [
          point.task.map { .text($0) } ?? .missing, .integer(point.position), .integer(point.count),
          .signedReal(point.logRatio), point.divergence.map { .figure($0) } ?? .missing,
          point.baseRank.map { .real($0) } ?? .missing, .real(point.baseProbability),
        ] + ShiftClass.allCases.map { point.shares.isEmpty ? .missing : .share(point.shares[$0] ?? 0) }
      }, notes: notes)
  }

  /// The case study: how many tokens of each response moved, and which.
  public static func paperCases(
    _ rows: [(task: String?, sequence: String, tokens: Int, shifted: [String])], notes: [String]
  ) -> Table {
    Table(
      name: "paperCases",
      columns: [
        Column("task", title: "task"), Column("sequence", title: "sequence"),
        Column("tokens", title: "tokens"), Column("shiftedCount", title: "shifted"),
        Column("shiftedTokens", title: "which"),
      ],
      rows: rows.map { row in
        [
          row.task.map { .text($0) } ?? .missing, .text(row.sequence), .integer(row.tokens),
          .integer(row.shifted.count), .text(row.shifted.joined(separator: " ")),
        ]
      }, notes: notes)
  }

  /// What a word cloud shows, the heaviest tokens first.
  public static func paperWords(
    _ rows: [(task: String?, token: String, count: Int, shifted: Int, magnitude: Double, weight: Double)],
    notes: [String]
  ) -> Table {
    Table(
      name: "paperWords",
      columns: [
        Column("task", title: "task"), Column("token", title: "token"), Column("count", title: "count"),
        Column("shiftedCount", title: "shifted"), Column("rankShiftMagnitude", title: "mean |rank shift|"),
        Column("weight", title: "weight"),
      ],
      rows: rows.map { row in
        [
          row.task.map { .text($0) } ?? .missing, .text(row.token), .integer(row.count),
          .integer(row.shifted), .real(row.magnitude), .real(row.weight),
        ]
      }, notes: notes)
  }
}

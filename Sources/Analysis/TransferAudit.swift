import Statistics

/// The Transferability Index of every model and group of a table, beside what the table reports.
public struct TransferAudit: Sendable {
  /// Which formula, and which σ.
  public enum Method: Equatable, Sendable {
    /// The second version; one σ a group for all models: what the table states, else the pooled one.
    case shared
    /// The second version; one σ a group, of the gains of all models together.
    case pooled
    /// The second version to the letter: each model's own σ.
    case perModel
    /// The second version with the σ that reproduce the paper.
    case paper
    /// The first version: ratios of relative gains.
    case relative
  }

  /// One model on one group.
  public struct Row: Equatable, Sendable {
    /// The tuned model.
    public var model: String
    /// The model that it was made from.
    public var base: String
    /// The group asked about.
    public var group: String
    /// The index in percent; nil where there is none.
    public var value: Double?
    /// Why there is none; nil where there is one.
    public var obstacle: String?
    /// The index that the table reports, in percent.
    public var reported: Double?

    /// `value − reported`.
    public var difference: Double? {
      guard let value, let reported else { return nil }
      return value - reported
    }

    /// Whether the two agree: nil where nothing was reported, false where nothing could be computed.
    public func agrees(within tolerance: Double) -> Bool? {
      guard reported != nil else { return nil }
      guard let difference else { return false }
      return abs(difference) <= tolerance
    }
  }

  /// Half a unit of the digit that the paper prints, and 0.01 for σ known to four digits.
  public static let roundingTolerance = 0.06

  /// The rows: groups in the order of the table, and in each the models.
  public let rows: [Row]
  /// σ of each group, where all models share it.
  public let spreads: [(group: String, spread: Double)]
  /// Whether σ is one that the table states.
  public let spreadsAreStated: Bool

  /// Computes all indices.
  ///
  /// - Parameters:
  ///   - table: The scores.
  ///   - trained: The group that the models were trained for.
  ///   - method: Which formula, and which σ.
  /// - Throws: ``ScoreError`` where there is no such group, or the paper has no σ for a group.
  public init(_ table: ScoreTable, over trained: String, by method: Method) throws(ScoreError) {
    let whole = try table.group(named: trained)
    spreadsAreStated = method == .shared && table.groups.allSatisfy { table.spreads[$0.name] != nil }
    let shared = try Self.shared(table, method, stated: spreadsAreStated)
    spreads = table.groups.compactMap { group in shared[group.name].map { (group.name, $0) } }
    var rows: [Row] = []
    for group in table.groups where group != whole {
      for model in table.models {
        let result = Self.index(table, model, group, whole, method, shared)
        rows.append(
          Row(
            model: model.name, base: model.base, group: group.name, value: result.value,
            obstacle: result.obstacle, reported: model.reported[group.name]))
      }
    }
    self.rows = rows
  }

  private static func shared(
    _ table: ScoreTable, _ method: Method, stated: Bool
  ) throws(ScoreError) -> [String: Double] {
    switch method {
    case .perModel, .relative: return [:]
    case .shared where stated: return table.spreads
    case .shared, .pooled:
      var spreads: [String: Double] = [:]
      for group in table.groups {
        let gains = table.models.flatMap { table.scores(of: $0, in: group)?.map(\.gain) ?? [] }
        spreads[group.name] = TransferabilityIndex.spread(ofGains: gains)
      }
      return spreads
    case .paper:
      let known = TransferabilityIndex.paperSpreads
      for group in table.groups where known[group.name] == nil {
        throw ScoreError(file: table.file, .unknownGroup(group.name, known: known.keys.sorted()))
      }
      return known
    }
  }

  private static func index(
    _ table: ScoreTable, _ model: ScoreTable.Model, _ group: ScoreTable.Group, _ trained: ScoreTable.Group,
    _ method: Method, _ shared: [String: Double]
  ) -> (value: Double?, obstacle: String?) {
    guard let moved = table.scores(of: model, in: group), let whole = table.scores(of: model, in: trained)
    else { return (nil, "a score is missing") }
    if method == .relative {
      let value = TransferabilityIndex.relativePercent(of: moved, over: whole)
      return (value, value == nil ? "a base score, or the relative gain on \(trained.name), is 0" : nil)
    }
    let own = method == .perModel
    let spread = own ? TransferabilityIndex.spread(ofGains: moved.map(\.gain)) : shared[group.name]
    let trainedSpread = own ? TransferabilityIndex.spread(ofGains: whole.map(\.gain)) : shared[trained.name]
    guard let spread, let trainedSpread else { return (nil, "all gains are the same, so that σ is 0") }
    let value = TransferabilityIndex.percent(of: moved, over: whole, spreads: (spread, trainedSpread))
    return (value, value == nil ? "nothing moved on \(trained.name)" : nil)
  }
}

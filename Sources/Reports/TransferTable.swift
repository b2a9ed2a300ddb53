/// One model's Transferability Index on one group of benchmarks.
public struct TransferRow: Sendable {
  /// The tuned model.
  public var model: String
  /// The model that it was made from.
  public var base: String
  /// The group.
  public var group: String
  /// The index in percent.
  public var value: Double?
  /// The index that somebody printed, in percent.
  public var reported: Double?
  /// Whether the two agree; nil where nothing was printed.
  public var agrees: Bool?
  /// Why there is no index.
  public var obstacle: String?

  /// A row.
  public init(
    model: String, base: String, group: String, value: Double?, reported: Double?, agrees: Bool?,
    obstacle: String?
  ) {
    self.model = model
    self.base = base
    self.group = group
    self.value = value
    self.reported = reported
    self.agrees = agrees
    self.obstacle = obstacle
  }
}

extension Table {
  /// Transferability Indices, one row a model and group, with what disagrees said below.
  ///
  /// - Parameters:
  ///   - rows: The indices.
  ///   - notes: How they were computed.
  public static func transfer(_ rows: [TransferRow], notes: [String]) -> Table {
    let cells: [[Cell]] = rows.map { row in
      let difference = row.value.flatMap { value in row.reported.map { value - $0 } }
      return [
        .text(row.model), .text(row.base), .text(row.group), Cell(signed: row.value),
        Cell(signed: row.reported),
        Cell(signed: difference), row.agrees.map { .flag($0) } ?? .missing,
        row.obstacle.map { .text($0) } ?? .missing,
      ]
    }
    return Table(
      name: "transfer",
      columns: [
        Column("model", title: "model"), Column("base", title: "base"), Column("group", title: "group"),
        Column("transferabilityIndex", title: "TI %"), Column("reported", title: "reported"),
        Column("difference", title: "difference"), Column("agrees", title: "agrees"),
        Column("obstacle", title: rows.contains { $0.obstacle != nil } ? "why none" : nil),
      ], rows: cells, notes: notes + agreement(rows))
  }

  private static func agreement(_ rows: [TransferRow]) -> [String] {
    var groups: [String] = []
    for row in rows where !groups.contains(row.group) { groups.append(row.group) }
    return groups.compactMap { group in
      let reported = rows.filter { $0.group == group && $0.agrees != nil }
      guard !reported.isEmpty else { return nil }
      let apart = reported.filter { $0.agrees == false }.map(\.model)
      guard apart.count < reported.count else { return "\(group): none of \(reported.count) as reported." }
      let agreeing = "\(group): \(reported.count - apart.count) of \(reported.count) as reported."
      return apart.isEmpty
        ? agreeing
        : agreeing + " The scores do not give what was reported for \(apart.joined(separator: ", "))."
    }
  }
}

extension Table.Cell {
  /// A difference, or nothing.
  init(signed value: Double?) { self = value.map { .signedReal($0) } ?? .missing }
}

public import Traces

extension Table {
  /// What files of traces hold, one row a file, for programs.
  public static func facts(_ files: [(path: String, facts: TraceFacts)]) -> Table {
    Table(
      name: "facts", columns: Fact.all.map { Column($0.field, title: $0.title) },
      rows: files.map { file in Fact.all.map { $0.cell(file.path, file.facts) } })
  }

  /// What one file of traces holds, one line a fact, for people; and apart from it what the file says of itself, which
  /// need not be true.
  public static func factSheets(_ path: String, _ facts: TraceFacts) -> [Table] {
    let lines = Fact.all.compactMap { fact -> [Cell]? in
      guard let title = fact.title else { return nil }
      let cell = fact.cell(path, facts)
      return cell == .missing ? nil : [.text(title), .text(Numerals.text(cell))]
    }
    let said = facts.metadata.sorted { $0.key < $1.key }.map { [Cell.text($0.key), .text($0.value)] }
    var sheets = [
      Table(name: "facts", columns: [Column("fact", title: path), Column("value", title: "")], rows: lines)
    ]
    if !said.isEmpty {
      sheets.append(
        Table(
          name: "metadata",
          columns: [Column("name", title: "the file says of itself"), Column("value", title: "")], rows: said)
      )
    }
    sheets[sheets.count - 1].notes = facts.warnings.map { "warning: \($0)" }
    return sheets
  }
}

/// One thing that is known of a file.
private struct Fact: Sendable {
  let field: String
  let title: String?
  let cell: @Sendable (String, TraceFacts) -> Table.Cell

  init(_ field: String, _ title: String?, _ cell: @escaping @Sendable (String, TraceFacts) -> Table.Cell) {
    self.field = field
    self.title = title
    self.cell = cell
  }

  static let all: [Fact] = [
    Fact("file", nil) { path, _ in .text(path) },
    Fact("format", nil) { _, facts in .text(facts.format.rawValue) },
    Fact("formatName", "format") { _, facts in .text(facts.format.name) },
    Fact("compression", "compressed by") { _, facts in
      facts.compression.map { .text($0.rawValue) } ?? .missing
    },
    Fact("companionFiles", "read with it") { _, facts in words(facts.companionFiles) },
    Fact("derivation", "scores") { _, facts in facts.derivation.map { .text($0.statement) } ?? .missing },
    Fact("sequences", "sequences") { _, facts in .integer(facts.sequenceCount) },
    Fact("sequencesRead", "sequences looked at") { _, facts in .integer(facts.sequencesRead) },
    Fact("rowsRead", "rows looked at") { _, facts in .integer(facts.rowsRead) },
    Fact("support", "rows hold") { _, facts in facts.rows.map { .text($0.words) } ?? .missing },
    Fact("vocabularySize", nil) { _, facts in
      guard case .dense(let size, _) = facts.rows else { return .missing }
      return .integer(size)
    },
    Fact("encoding", nil) { _, facts in
      guard case .dense(_, let encoding) = facts.rows else { return .missing }
      return .text("\(encoding)")
    },
    Fact("listedLeast", nil) { _, facts in
      guard case .truncated(let listed, _) = facts.rows else { return .missing }
      return .integer(listed.lowerBound)
    },
    Fact("listedMost", nil) { _, facts in
      guard case .truncated(let listed, _) = facts.rows else { return .missing }
      return .integer(listed.upperBound)
    },
    Fact("precision", "digits are good to, in nats") { _, facts in
      guard case .truncated(_, let precision) = facts.rows else { return .missing }
      return .real(precision)
    },
    Fact("values", "values are") { _, facts in facts.values.map { .text($0.rawValue) } ?? .missing },
    Fact("stage", "stage") { _, facts in .text(facts.stage.rawValue) },
    Fact("coverage", "listed mass, mean") { _, facts in facts.coverage.map { .share($0.mean) } ?? .missing },
    Fact("coverageLeast", "listed mass, least") { _, facts in
      facts.coverage.map { .share($0.least) } ?? .missing
    },
    Fact("surprise", "surprise of the text, nats per token") { _, facts in
      facts.alignment.map { .real($0.asRead) } ?? .missing
    },
    Fact("surpriseOneEarlier", "  if rows were one token earlier") { _, facts in
      facts.alignment.map { .real($0.oneEarlier) } ?? .missing
    },
    Fact("surpriseOneLater", "  if rows were one token later") { _, facts in
      facts.alignment.map { .real($0.oneLater) } ?? .missing
    },
    Fact("models", "models") { _, facts in words(facts.models) },
    Fact("tasks", "tasks") { _, facts in words(facts.tasks) },
    // An object of JSON, in each format.
    Fact("metadata", nil) { _, facts in
      let members = facts.metadata.sorted { $0.key < $1.key }
        .map { "\(JSONReport.quoted($0.key)): \(JSONReport.quoted($0.value))" }
      return members.isEmpty ? .missing : .text("{\(members.joined(separator: ", "))}")
    },
    Fact("warnings", nil) { _, facts in .integer(facts.warnings.count) },
    Fact("warningTexts", nil) { _, facts in words(facts.warnings.map(\.description)) },
  ]

  private static func words(_ words: [String]) -> Table.Cell {
    words.isEmpty ? .missing : .text(words.joined(separator: ", "))
  }
}

extension TraceFacts.Rows {
  fileprivate var words: String {
    switch self {
    case .dense(let size, let encoding): "all \(size) tokens, \(encoding)"
    case .truncated(let listed, _):
      listed.lowerBound == listed.upperBound
        ? "\(listed.lowerBound) listed token\(listed.lowerBound == 1 ? "" : "s")"
        : "\(listed.lowerBound) to \(listed.upperBound) listed tokens"
    }
  }
}

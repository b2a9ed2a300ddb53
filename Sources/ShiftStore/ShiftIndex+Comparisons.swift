import Foundation
import GRDB

extension ShiftIndex {
  /// All comparisons, in the order of the study.
  public func comparisons() throws -> [Comparison] { try reading(comparisons) }

  func comparisons(_ database: Database) throws -> [Comparison] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT comparison.id, tuned.name, reference.name, comparison.source, tuned.method
        FROM comparison
        JOIN model AS tuned ON tuned.id = tunedID
        JOIN model AS reference ON reference.id = referenceID
        ORDER BY comparison.id
        """
    ).map { row in
      try Comparison(
        id: row.value(0), tuned: row.value(1), reference: row.value(2), source: row.value(3),
        method: row.value(4))
    }
  }

  /// The comparisons of one tuned model, or of all, on the responses that are asked for.
  ///
  /// - Throws: ``StoreError`` that lists what there is when a name is not in the index.
  public func comparisons(of tuned: String?, source: SourceChoice) throws -> [Comparison] {
    var found = try comparisons()
    if let tuned {
      let known = found.map(\.tuned).uniqued
      guard known.contains(tuned) else {
        throw StoreError(file: path, .unknown(what: "tuned model", name: tuned, known: known))
      }
      found = found.filter { $0.tuned == tuned }
    }
    switch source {
    case .all: return found
    case .own:
      let withOwnText = Set(found.filter(\.isOwnText).map(\.tuned))
      return found.filter { $0.isOwnText || !withOwnText.contains($0.tuned) }
    case .named(let name):
      let chosen = found.filter { $0.source == name }
      guard !chosen.isEmpty else {
        throw StoreError(
          file: path, .notMeasured(tuned: tuned, source: name, known: found.map(\.source).uniqued))
      }
      return chosen
    }
  }

  /// The id of a task.
  ///
  /// - Throws: ``StoreError`` that lists what there is when the name is not in the index.
  func taskID(of name: String, _ database: Database) throws -> Int {
    if let id = try Self.storedTaskID(of: name, database) { return id }
    let known = try String.fetchAll(database, sql: "SELECT name FROM task ORDER BY id")
    throw StoreError(file: path, .unknown(what: "task", name: name, known: known))
  }

  /// The id of a task; nil where the index has none of this name.
  static func storedTaskID(of name: String, _ database: Database) throws -> Int? {
    try Int.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM task WHERE name = ?"), arguments: [name.composed])
  }

  /// What was wrong with the input, in the order it was met.
  public func problems() throws -> [ProblemRecord] {
    try reading { database in
      try Row.fetchAll(
        database, sql: "SELECT severity, comparisonID, sequence, position, message FROM problem ORDER BY id"
      ).map { row in
        try ProblemRecord(
          severity: row.value(0) == "error" ? .error : .warning, comparisonID: row.value(1),
          sequence: row.value(2),
          position: row.value(3), message: row.value(4))
      }
    }
  }
}

extension Swift.Sequence where Element: Hashable {
  /// The elements without repetitions, in the order of their first appearance.
  package var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension String {
  /// The text in Unicode's form NFC: Swift holds the forms of a text for equal, and SQLite compares their bytes.
  var composed: String { precomposedStringWithCanonicalMapping }
}

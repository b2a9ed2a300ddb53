public import ShiftStore

extension Table {
  /// What an SQL statement gave, column by column.
  public init(_ result: QueryResult) {
    self.init(
      name: "query", columns: Self.distinct(result.columns).map { Column($0, title: $0) },
      rows: result.rows.map { $0.map(Cell.init) })
  }
}

extension Table {
  /// Numbers names that SQL gave to several columns, so that every format can tell them apart: `a`, `a_2`.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.map { name in
      var candidate = name
      var number = 1
      while !seen.insert(candidate).inserted {
        number += 1
        candidate = "\(name)_\(number)"
      }
      return candidate
    }
  }
}

extension Table.Cell {
  fileprivate init(_ value: QueryResult.Value) {
    switch value {
    case .null: self = .missing
    case .integer(let integer): self = .integer(integer)
    case .real(let real): self = .real(real)
    case .text(let text): self = .text(text)
    case .blob(let bytes): self = .bytes(bytes)
    }
  }
}

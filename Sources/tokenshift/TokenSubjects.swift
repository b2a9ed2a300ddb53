import Reports
import ShiftStore

/// How the rows of a token table are called, and which tokens each stands for.
struct TokenSubjects {
  private let index: ShiftIndex
  /// The group of each token; nil where rows are tokens.
  let groups: [Int: Int]?
  private let names: [String]
  /// The column of the index that rows are kinds of; nil where they are tokens, or kinds by other rules.
  let column: TokenKindColumn?
  /// The kinds by rules other than those of the index.
  private let kinds: [Int: TokenKind]?

  /// - Parameter rules: Rules that take the place of those of the index.
  init(_ index: ShiftIndex, by grouping: TokenGrouping, rules: TokenCategories?) throws {
    self.index = index
    kinds = try rules.map { try index.tokenKinds(by: $0) }
    column = rules == nil ? grouping.column : nil
    guard let column = grouping.column else {
      groups = nil
      names = []
      return
    }
    let kinds = try kinds ?? index.tokenKinds()
    let named = kinds.mapValues(column.name)
    let names = Set(named.values).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    groups = named.compactMapValues { numbers[$0] }
    self.names = names
  }

  /// What the rows with these ids are about.
  func subjects(of ids: [Int]) throws -> [TokenSubject] {
    guard groups == nil else { return ids.map { .group(names[$0]) } }
    var labels = try index.tokenLabels(of: ids)
    if let kinds {
      for (id, kind) in kinds where labels[id] != nil { labels[id]?.kind = kind }
    }
    return ids.map { .token(id: $0, labels[$0]) }
  }
}

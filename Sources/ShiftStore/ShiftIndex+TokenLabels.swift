import Foundation
import GRDB

/// How a token is shown and sorted.
public struct TokenLabel: Equatable, Sendable {
  /// How it is shown.
  public var text: String
  /// Its category and whether it is a structural word.
  public var kind: TokenKind
}

extension ShiftIndex {
  /// The labels of some tokens; those that the index does not know are left out.
  public func tokenLabels(of ids: some Sequence<Int>) throws -> [Int: TokenLabel] {
    try reading { database in
      let statement = try database.cachedStatement(
        sql: "SELECT text, category, wordKind FROM token WHERE id = ?")
      var labels: [Int: TokenLabel] = [:]
      for id in Set(ids) {
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { continue }
        labels[id] = try TokenLabel(
          text: row.value(0), kind: TokenKind(category: row.value(1), wordKind: row.value(2)))
      }
      return labels
    }
  }

  /// Whether the study names a vocabulary, so that tokens have texts and kinds.
  public func hasVocabulary() throws -> Bool {
    try reading { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM token)") ?? false }
  }

  /// The kind of every token of the vocabulary, by the rules that the index was made with.
  public func tokenKinds() throws -> [Int: TokenKind] {
    try reading { database in
      var kinds: [Int: TokenKind] = [:]
      let rows = try RowSelect(database, "SELECT id, category, wordKind FROM token")
      try rows.forEach {
        kinds[rows.integer(0)] = TokenKind(category: rows.text(1), wordKind: rows.text(2))
      }
      return kinds
    }
  }

  /// The kind of every token of the vocabulary, by other rules.
  public func tokenKinds(by rules: TokenCategories) throws -> [Int: TokenKind] {
    let sorter = TokenSorter(rules)
    return try reading { database in
      var kinds: [Int: TokenKind] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT id, bytes, special FROM token")
      while let row = try rows.next() {
        kinds[try row.value(0)] = try sorter.kind(of: row.value(1) as Data, isSpecial: row.value(2))
      }
      return kinds
    }
  }
}

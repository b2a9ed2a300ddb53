import Tokenization

/// A token as a record names it.
enum NamedToken {
  case id(TokenID)
  case text([UInt8])
}

/// Logprobs in the shape of the older completions API: parallel arrays of tokens, logprobs and lists.
struct CompletionLogprobs {
  /// Parts of characters are characters of Latin-1. SGLang writes them so, and −1 for all places of tokens in the text.
  var hasLatinBytes = false
  var tokens: [NamedToken]?
  /// `NaN` where there is none: for the first token of an echoed prompt.
  var logprobs: (values: [Double], decimals: Int)?
  var lists: ListedRows?

  /// Lays the arrays side by side. An echoed prompt, whose first token has no logprob, is scored text.
  func complete(
    _ choice: inout RecordDraft.Choice, logprobs: (values: [Double], decimals: Int), lookup: TokenLookup?
  ) {
    var rows = lists ?? ListedRows()
    rows.decimals = max(rows.decimals ?? 0, logprobs.decimals)
    let tokens = tokens ?? []
    if tokens.count != logprobs.values.count { rows.lengths = (logprobs.values.count, tokens.count) }
    let listed = rows.rows
    rows.noteLists(listed, tokens: tokens.count)
    rows.rows = []
    var ids: [Int] = []
    for (index, (token, logprob)) in zip(tokens, logprobs.values).enumerated() {
      var row =
        index < listed.count ? listed[index] ?? ListedRows.Row(list: 0..<0) : ListedRows.Row(list: 0..<0)
      row.emitted = emitted(token, logprob: logprob, row: index, &rows, lookup)
      if case .text = token { row.textLogprob = logprob }
      row.emitted.map { ids.append(Int($0.token.rawValue)) }
      rows.rows.append(row)
    }
    if logprobs.values.first?.isNaN == true {
      choice.echo = (ids, rows)
    } else {
      if ids.count == rows.rows.count { choice.tokens = choice.tokens ?? ids }
      choice.rows = rows
    }
  }

  private func emitted(
    _ token: NamedToken, logprob: Double, row: Int, _ rows: inout ListedRows, _ lookup: TokenLookup?
  ) -> ListedToken? {
    switch token {
    case .id(let id): return ListedToken(token: id, logprob: logprob, rank: nil)
    case .text(let text):
      guard let lookup else {
        rows.hasTextTokens = true
        return nil
      }
      let match = hasLatinBytes ? lookup.match(textOrLatinBytes: text) : lookup.match(text: text)
      let listed = ListedToken(token: TokenID(0), logprob: logprob, rank: nil)
      return rows.emitted(match, text: text, row: row, listed)
    }
  }
}

extension RecordReader {
  mutating func takeNamedTokens() throws(JSONFault) -> [NamedToken]? {
    if try cursor.takeNull() { return nil }
    var tokens: [NamedToken] = []
    try cursor.beginArray()
    while try cursor.nextElement() { tokens.append(try takeNamedToken()) }
    return tokens
  }

  mutating func takeLogprobs() throws(JSONFault) -> (values: [Double], decimals: Int)? {
    if try cursor.takeNull() { return nil }
    var rows = ListedRows()
    var values: [Double] = []
    try cursor.beginArray()
    while try cursor.nextElement() { values.append(try takeLogprob(into: &rows)) }
    return (values, rows.decimals ?? 0)
  }
}

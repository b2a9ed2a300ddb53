import Tokenization

/// Logprobs in the shape of the older completions API: parallel arrays of tokens, logprobs and lists.
struct CompletionLogprobs {
  /// Nil for a token that is given only as a text.
  var tokens: [TokenID?]?
  /// `NaN` where there is none: for the first token of an echoed prompt.
  var logprobs: (values: [Double], decimals: Int)?
  var lists: ListedRows?

  /// Lays the arrays side by side. An echoed prompt, whose first token has no logprob, is scored text.
  func complete(_ choice: inout RecordDraft.Choice, logprobs: (values: [Double], decimals: Int)) {
    var rows = lists ?? ListedRows()
    rows.decimals = max(rows.decimals ?? 0, logprobs.decimals)
    let tokens = tokens ?? []
    if tokens.contains(nil) || tokens.count != logprobs.values.count { rows.hasTextTokens = true }
    rows.rows = zip(tokens, logprobs.values).enumerated().map { index, pair in
      let (token, logprob) = pair
      let list = index < rows.rows.count ? rows.rows[index]?.list : nil
      let emitted = token.map { ListedToken(token: $0, logprob: logprob, rank: nil) }
      return ListedRows.Row(list: list ?? 0..<0, emitted: emitted)
    }
    let ids = tokens.compactMap { $0.map { Int($0.rawValue) } }
    if logprobs.values.first?.isNaN == true {
      choice.promptTokens = ids
      choice.promptRows = rows
      choice.tokens = nil
    } else {
      choice.tokens = choice.tokens ?? ids
      choice.rows = rows
    }
  }
}

extension RecordReader {
  mutating func takeTokenTexts() throws(JSONFault) -> [TokenID?]? {
    if try cursor.takeNull() { return nil }
    var tokens: [TokenID?] = []
    try cursor.beginArray()
    while try cursor.nextElement() { tokens.append(try takeTokenText()) }
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

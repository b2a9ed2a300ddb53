import Tokenization

/// The shapes of SGLang's and llama.cpp's own servers.
extension RecordReader {
  // MARK: llama.cpp

  /// `"completion_probabilities": [{"id": 15496, "logprob": -1.2, "top_logprobs": […]}, …]`.
  ///
  /// Tokens that a draft model proposed have the logprob 0 and an empty list: they were not measured.
  mutating func readCompletionProbabilities() throws(JSONFault) {
    guard var rows = try takeContent() else { return }
    let ids = rows.rows.compactMap { $0?.emitted.map { Int($0.token.rawValue) } }
    rows.rows = rows.rows.map { row in
      guard let row, row.list.isEmpty, row.emitted?.logprob == 0 else { return row }
      return nil
    }
    draft.choices.append(RecordDraft.Choice(tokens: ids, rows: rows))
  }

  // MARK: SGLang

  /// Triples `[logprob, id, text]` of prompt and answer, and beside them lists of such triples.
  mutating func readMetaInfo() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else { return try cursor.skip() }
    var input = ListedRows()
    var output = ListedRows()
    var inputTokens: [ListedToken]?
    var outputTokens: [ListedToken]?
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.inputTokenLogprobs: inputTokens = try takeTriples(into: &input)
      case keys.outputTokenLogprobs: outputTokens = try takeTriples(into: &output)
      case keys.inputTopLogprobs: try readTripleLists(into: &input)
      case keys.outputTopLogprobs: try readTripleLists(into: &output)
      default: try cursor.skip()
      }
    }
    if let inputTokens, !inputTokens.isEmpty {
      draft.promptTokens = inputTokens.map { Int($0.token.rawValue) }
      draft.promptRows = joined(inputTokens, input)
    }
    if let outputTokens {
      draft.choices.append(
        RecordDraft.Choice(
          tokens: outputTokens.map { Int($0.token.rawValue) }, rows: joined(outputTokens, output)))
    }
  }

  private func joined(_ emitted: [ListedToken], _ listed: ListedRows) -> ListedRows {
    var joined = listed
    joined.rows = emitted.enumerated().map { index, token in
      let list = index < listed.rows.count ? listed.rows[index]?.list : nil
      return token.logprob.isNaN && list == nil ? nil : ListedRows.Row(list: list ?? 0..<0, emitted: token)
    }
    return joined
  }

  private mutating func readTripleLists(into rows: inout ListedRows) throws(JSONFault) {
    if try cursor.takeNull() { return }
    try cursor.beginArray()
    while try cursor.nextElement() {
      guard let triples = try takeTriples(into: &rows) else {
        rows.rows.append(nil)
        continue
      }
      let start = rows.tokens.count
      rows.tokens += triples
      rows.rows.append(ListedRows.Row(list: start..<rows.tokens.count, emitted: nil))
    }
  }

  /// `[[-0.12, 9707, "Hello"], …]`, nil for null.
  private mutating func takeTriples(into rows: inout ListedRows) throws(JSONFault) -> [ListedToken]? {
    if try cursor.takeNull() { return nil }
    var triples: [ListedToken] = []
    try cursor.beginArray()
    while try cursor.nextElement() {
      try cursor.beginArray()
      guard try cursor.nextElement() else { throw cursor.expected("a logprob") }
      let logprob = try takeLogprob(into: &rows)
      guard try cursor.nextElement(), let token = try takeTokenID() else {
        throw cursor.expected("a token id")
      }
      while try cursor.nextElement() { try cursor.skip() }
      triples.append(ListedToken(token: token, logprob: logprob, rank: nil))
    }
    return triples
  }
}

import Tokenization

/// The shapes of SGLang's and llama.cpp's own servers.
extension RecordReader {
  // MARK: llama.cpp

  /// `"completion_probabilities": [{"id": 15496, "logprob": -1.2, "top_logprobs": […]}, …]`.
  mutating func readCompletionProbabilities() throws(JSONFault) {
    guard let rows = try takeContent() else { return }
    append(RecordDraft.Choice(rows: rows))
    hasServerEntries = true
  }

  /// `"tokens": [15496, …]` with `return_tokens`; the member has other meanings in other records.
  mutating func readServerTokens() throws(JSONFault) {
    let start = cursor
    if !isLaterChunk, let tokens = try? takeIntegers(), !tokens.isEmpty { serverTokens = tokens }
    cursor = start
    try cursor.skip()
  }

  /// Gives the answer all of its tokens, where the server has entries for some: it leaves out each token behind which
  /// the text would end inside a character.
  mutating func takeServerTokens() {
    guard hasServerEntries, let serverTokens, draft.choices.count == 1,
      let rows = draft.choices[0].rows, let spread = rows.spread(over: serverTokens)
    else { return }
    draft.choices[0].tokens = serverTokens
    draft.choices[0].rows = spread
  }

  /// `"tokens_predicted": 12`, or `"timings": {"predicted_n": 12, …}`. In a stream the last number is of all chunks.
  mutating func readGeneratedCount(_ key: JSONKey) throws(JSONFault) {
    if key == keys.timings, cursor.nextByte() == UInt8(ascii: "{") {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        key == keys.predictedCount ? try readGeneratedCount(key) : try cursor.skip()
      }
      return
    }
    guard key != keys.timings, let first = cursor.nextByte(), (0x30...0x39).contains(first) else {
      return try cursor.skip()
    }
    generatedCount = max(generatedCount ?? 0, Int(exactly: try cursor.takeNumber().value) ?? 0)
  }

  /// Notes how many tokens of the only answer have no entry, though the server says that it generated them.
  mutating func countMissingEntries() {
    guard let generatedCount, draft.choices.count == 1, let rows = draft.choices[0].rows else { return }
    draft.choices[0].missingEntries = max(0, generatedCount - rows.rows.count)
  }

  /// Adds an answer, or what the next chunk of a stream says about it.
  mutating func append(_ choice: RecordDraft.Choice) {
    isLaterChunk ? draft.append(choice) : draft.choices.append(choice)
  }

  // MARK: SGLang

  /// Triples `[logprob, id, text]` of prompt and answer, and beside them lists of such triples.
  mutating func readMetaInfo() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else { return try cursor.skip() }
    var input = ListedRows()
    var output = ListedRows()
    var inputTokens: [ListedToken]?
    var outputTokens: [ListedToken]?
    var inputLists = FlatTriples()
    var outputLists = FlatTriples()
    var completionTokens: Int?
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.inputTokenLogprobs: inputTokens = try takeTriples(into: &input)
      case keys.outputTokenLogprobs: outputTokens = try takeTriples(into: &output)
      case keys.completionTokens: completionTokens = try cursor.takeNull() ? nil : try cursor.takeInteger()
      case keys.inputTopLogprobs: try readTripleLists(into: &input)
      case keys.outputTopLogprobs: try readTripleLists(into: &output)
      case keys.input.values, keys.input.indices, keys.input.packedValues, keys.input.packedIndices,
        keys.input.shape, keys.input.nullPrefix:
        try inputLists.take(key, of: keys.input, from: &cursor)
      case keys.output.values, keys.output.indices, keys.output.packedValues, keys.output.packedIndices,
        keys.output.shape, keys.output.nullPrefix:
        try outputLists.take(key, of: keys.output, from: &cursor)
      default: try cursor.skip()
      }
    }
    try inputLists.append(to: &input, of: inputTokens?.count ?? 0, cursor)
    try outputLists.append(to: &output, of: outputTokens?.count ?? 0, cursor)
    if let inputTokens, !inputTokens.isEmpty {
      draft.promptTokens = inputTokens.map { Int($0.token.rawValue) }
      draft.promptRows = joined(inputTokens, input)
    }
    if let outputTokens {
      append(
        RecordDraft.Choice(
          tokens: outputTokens.map { Int($0.token.rawValue) }, rows: joined(outputTokens, output),
          soFar: (true, completionTokens)))
    }
  }

  private func joined(_ emitted: [ListedToken], _ listed: ListedRows) -> ListedRows {
    var joined = listed
    joined.noteLists(listed.rows, tokens: emitted.count)
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

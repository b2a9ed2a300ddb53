import Tokenization

extension RecordDraft {
  /// The trace of one choice.
  ///
  /// Two kinds of records look alike. In one a model wrote the response: its tokens and rows are those of the choice,
  /// and the prompt comes before. In the other a finished text was scored as a prompt, and the one token that engines
  /// insist on generating behind it is no part of the sequence: it would differ from model to model. A record counts
  /// as scored when its prompt has logprobs and it says where the response begins, or at most one token was generated.
  func trace(ofChoice index: Int, id: String?) throws(TraceError.Problem) -> Trace {
    let choice = messages.isEmpty ? (index < choices.count ? choices[index] : nil) : try branch(index)
    let promptTokens = choice?.promptTokens ?? promptTokens
    if let scored = choice?.promptRows ?? promptRows {
      let generated = max(choice?.tokens?.count ?? 0, choice?.rows?.rows.count ?? 0)
      if promptLength != nil || generated <= 1 || choice?.rows == nil {
        return try scoredTrace(scored, tokens: promptTokens, choice, id: id)
      }
    }
    return try generatedTrace(choice, promptTokens: promptTokens ?? [], id: id)
  }

  private func scoredTrace(
    _ listed: ListedRows, tokens numbers: [Int]?, _ choice: Choice?, id: String?
  ) throws(TraceError.Problem) -> Trace {
    try verify(listed, offset: 0)
    guard let numbers else { throw .noTokenIDs }
    let tokens = try tokenIDs(numbers, vocabularySize: nil)
    // Engines write null for the first token, for which there is no distribution; some writers drop it.
    let missing = tokens.count - listed.rows.count
    guard missing == 0 || (missing == 1 && !listed.rows.isEmpty) else {
      throw .rowCount(found: listed.rows.count, expected: tokens.count)
    }
    var trace = try trace(
      tokens: tokens, from: min(1, tokens.count), listed, dropping: missing == 0 ? min(1, tokens.count) : 0,
      choice?.promptLength ?? promptLength, id)
    guard let mask = choice?.lossMask else { return trace }
    guard mask.count == tokens.count else { throw .rowCount(found: mask.count, expected: tokens.count) }
    trace.masked = trace.predicted.indices.filter { !mask[trace.predicted[$0]] }
    return trace
  }

  private func generatedTrace(
    _ choice: Choice?, promptTokens: [Int], id: String?
  ) throws(TraceError.Problem) -> Trace {
    guard let choice, var listed = choice.rows else { throw .noLogprobs }
    if let tokens = choice.tokens, tokens.count == listed.rows.count { listed = listed.naming(tokens) }
    try verify(listed, offset: promptTokens.count)
    guard !listed.lacksEmitted else { throw .sampledTokenUnknown }
    let written = choice.tokens ?? listed.rows.compactMap { $0?.emitted.map { Int($0.token.rawValue) } }
    guard choice.tokens != nil || written.count == listed.rows.count else { throw .noTokenIDs }
    guard written.count == listed.rows.count else {
      throw .rowCount(found: listed.rows.count, expected: written.count)
    }
    listed.dropUnmeasured()
    let tokens = try tokenIDs(promptTokens + written, vocabularySize: nil)
    var trace = try trace(
      tokens: tokens, from: promptTokens.count, listed, dropping: 0, promptTokens.count, id)
    trace.missingEntries = choice.missingEntries
    return trace
  }

  /// Refuses rows whose tokens cannot be told.
  private func verify(_ listed: ListedRows, offset: Int) throws(TraceError.Problem) {
    guard !listed.holdsProbabilities else { throw .probabilities }
    if let lengths = listed.lengths { throw .rowCount(found: lengths.found, expected: lengths.expected) }
    if let count = listed.listCount { throw .listCount(found: count.found, expected: count.expected) }
    guard !listed.hasTextTokens else { throw .textTokens }
    if listed.names.isRefuted, let first = listed.names.first {
      throw .otherVocabulary(
        token: first.token, text: String(decoding: first.text, as: UTF8.self),
        known: String(decoding: first.known, as: UTF8.self), tokens: listed.names.contradicted,
        of: listed.names.contradicted + listed.names.agreed)
    }
    if let unknown = listed.unknownText {
      throw .unknownText(
        String(decoding: unknown.text, as: UTF8.self), index: offset + unknown.row,
        candidates: unknown.candidates)
    }
  }

  private func trace(
    tokens: [TokenID], from start: Int, _ listed: ListedRows, dropping dropped: Int, _ promptLength: Int?,
    _ id: String?
  ) throws(TraceError.Problem) -> Trace {
    let listed =
      try unlistedCaps.map { (caps) throws(TraceError.Problem) in try listed.capped(by: caps) } ?? listed
    guard promptLength.map({ (0...tokens.count).contains($0) }) ?? true else {
      throw .promptLength(promptLength.map(String.init) ?? "", tokens: tokens.count)
    }
    let rows = try RowNormaliser.rows(listed, from: dropped, emitted: tokens[start...])
    var trace = Trace(
      id: id, model: names.model, task: names.task, prompt: names.prompt, tokens: tokens,
      promptLength: promptLength,
      predicted: Array(start..<tokens.count), rows: .truncated(rows))
    trace.textMatching = listed.matching
    return trace
  }
}

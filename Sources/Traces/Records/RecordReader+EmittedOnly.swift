import Tokenization

/// The columns of prime-rl's token export that are read: what the trainer said about each token, and which count.
struct ExportedColumns {
  var logprobs: (values: [Double], decimals: Int)?
  var lossMask: [Bool]?
}

/// A message of a verifiers trace: its tokens, and the logprobs of those that the model wrote.
struct MessageNode {
  var parent: Int?
  var tokens: [Int] = []
  var mask: [Bool]?
  /// One for each true of the mask.
  var logprobs: (values: [Double], decimals: Int) = ([], 0)
}

/// Files that know nothing but the emitted token of each position.
extension RecordReader {
  mutating func readEmittedOnly(_ key: JSONKey) throws(JSONFault) {
    switch key {
    case keys.trainerLogprobs: export.logprobs = try takeLogprobs()
    case keys.lossMask: export.lossMask = try takeBooleans()
    case keys.tokenLosses: try readTokenLosses()
    default: try readNodes()
    }
  }

  private mutating func takeBooleans() throws(JSONFault) -> [Bool]? {
    if try cursor.takeNull() { return nil }
    var values: [Bool] = []
    try cursor.beginArray()
    while try cursor.nextElement() {
      if let value = try cursor.takeBoolean() {
        values.append(value)
      } else {
        values.append(try cursor.takeInteger() != 0)
      }
    }
    return values
  }

  // MARK: Losses

  /// `[{"loss": 0.0123, "token": " the", "rank": 1}, …]`: the loss is −ln p.
  private mutating func readTokenLosses() throws(JSONFault) {
    if try cursor.takeNull() { return }
    var rows = ListedRows()
    try cursor.beginArray()
    while try cursor.nextElement() { rows.rows.append(try takeTokenLoss(into: &rows)) }
    append(RecordDraft.Choice(rows: rows.rows.isEmpty ? nil : rows))
  }

  private mutating func takeTokenLoss(into rows: inout ListedRows) throws(JSONFault) -> ListedRows.Row {
    var listed = ListedToken(token: TokenID(0), logprob: .nan, rank: nil)
    var name: NamedToken?
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.loss: listed.logprob = -(try takeLogprob(into: &rows))
      case keys.token: name = try takeNamedToken()
      case keys.rank: listed.rank = try takeRank()
      default: try cursor.skip()
      }
    }
    var row = ListedRows.Row(list: 0..<0, textLogprob: listed.logprob)
    switch (name, lookup) {
    case (.id(let id), _):
      listed.token = id
      row.emitted = listed
    case (.text(let text), let lookup?):
      row.emitted = rows.emitted(lookup.match(text: text), text: text, row: rows.rows.count, listed)
    default: rows.hasTextTokens = true
    }
    return row
  }

  // MARK: prime-rl

  /// The first value is a filler, ln(1/V): nothing predicts the first token. Values may be null where they are not finite.
  mutating func finishExport() {
    guard let logprobs = export.logprobs else { return }
    let tokens = draft.promptTokens ?? []
    var rows = ListedRows()
    rows.decimals = logprobs.decimals
    rows.rows = logprobs.values.enumerated().map { index, logprob in
      guard index > 0, index < tokens.count, let id = Int32(exactly: tokens[index]), !logprob.isNaN else {
        return nil
      }
      return ListedRows.Row(
        list: 0..<0, emitted: ListedToken(token: TokenID(id), logprob: logprob, rank: nil))
    }
    draft.choices = [
      RecordDraft.Choice(
        promptTokens: draft.promptTokens, promptRows: rows,
        promptLength: export.lossMask?.firstIndex(of: true), lossMask: export.lossMask)
    ]
  }

  // MARK: verifiers

  private mutating func readNodes() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "[") else { return try cursor.skip() }
    try cursor.beginArray()
    while try cursor.nextElement() {
      _ = cursor.nextByte()
      let start = cursor.position
      let node = try takeNode()
      guard node.parent.map({ (0..<draft.messages.count).contains($0) }) ?? true else {
        throw JSONFault(offset: start, reason: .expected("a parent that stands before its message"))
      }
      draft.messages.append(node)
    }
  }

  private mutating func takeNode() throws(JSONFault) -> MessageNode {
    var node = MessageNode()
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.parent: node.parent = try cursor.takeNull() ? nil : try cursor.takeInteger()
      case keys.tokenIDs: node.tokens = try takeIntegers() ?? []
      case keys.mask: node.mask = try takeBooleans()
      case keys.logprobs: node.logprobs = try takeLogprobs() ?? ([], 0)
      default: try cursor.skip()
      }
    }
    return node
  }
}

extension RecordDraft {
  /// The tokens from the root to the end of a branch, the ones that a model wrote with their logprobs.
  func branch(_ index: Int) throws(TraceError.Problem) -> Choice {
    let parents = Set(messages.compactMap(\.parent))
    let leaves = messages.indices.filter { !parents.contains($0) }
    guard index < leaves.count else { throw .noLogprobs }
    var path = [leaves[index]]
    while let parent = path.last.flatMap({ messages[$0].parent }) { path.append(parent) }
    var choice = Choice(promptTokens: [], promptRows: ListedRows(), lossMask: [])
    for place in path.reversed() { try choice.append(messages[place]) }
    choice.promptLength = choice.lossMask?.firstIndex(of: true)
    return choice
  }
}

extension RecordDraft.Choice {
  fileprivate mutating func append(_ node: MessageNode) throws(TraceError.Problem) {
    let sampled = node.mask ?? Array(repeating: !node.logprobs.values.isEmpty, count: node.tokens.count)
    guard sampled.count == node.tokens.count else {
      throw .rowCount(found: sampled.count, expected: node.tokens.count)
    }
    let expected = sampled.count { $0 }
    guard node.logprobs.values.count == expected || node.logprobs.values.isEmpty else {
      throw .rowCount(found: node.logprobs.values.count, expected: expected)
    }
    var logprobs = node.logprobs.values[...]
    for (token, isSampled) in zip(node.tokens, sampled) {
      let logprob = isSampled ? logprobs.popFirst() : nil
      guard let logprob, !logprob.isNaN, let id = Int32(exactly: token) else {
        promptRows?.rows.append(nil)
        continue
      }
      promptRows?.rows.append(
        ListedRows.Row(list: 0..<0, emitted: ListedToken(token: TokenID(id), logprob: logprob, rank: nil)))
    }
    let decimals = max(promptRows?.decimals ?? 0, node.logprobs.decimals)
    promptRows?.decimals = decimals
    promptTokens? += node.tokens
    lossMask? += sampled
  }
}

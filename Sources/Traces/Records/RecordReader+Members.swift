import Tokenization

/// What text-generation-inference streams in one event.
struct EventToken {
  var token: ListedRows?
  var list: ListedRows?

  /// The token with its list, as one row; nil where the event has none.
  var rows: ListedRows? { token.map { $0.beside(list ?? ListedRows()) } }
}

extension ListedRows {
  /// These emitted tokens beside lists that the file holds apart from them, row by row.
  func beside(_ lists: ListedRows) -> ListedRows {
    var joined = lists
    joined.rows = rows.enumerated().map { index, row in
      guard var row else { return nil }
      let beside = index < lists.rows.count ? lists.rows[index] : nil
      row.list = beside?.list ?? 0..<0
      row.leftOut = beside?.leftOut
      return row
    }
    joined.noteLists(lists.rows, tokens: rows.count)
    if let decimals { joined.decimals = max(lists.decimals ?? 0, decimals) }
    joined.hasTextTokens = hasTextTokens || lists.hasTextTokens
    joined.unknownText = unknownText
    joined.names.add(names)
    return joined
  }

  /// The ids of the emitted tokens of rows that name them.
  var emittedIDs: [Int] { rows.compactMap { $0?.emitted.map { Int($0.token.rawValue) } } }
}

/// The shapes of text-generation-inference, Ollama and the Responses API.
extension RecordReader {
  mutating func readServerMember(_ key: JSONKey) throws(JSONFault) {
    switch (key, cursor.nextByte()) {
    case (keys.details, UInt8(ascii: "{")): append(try takeDetails())
    case (keys.token, UInt8(ascii: "{")):
      var rows = ListedRows()
      try takeEntry(into: &rows)
      event.token = rows
    case (keys.topTokens, UInt8(ascii: "[")):
      var rows = ListedRows()
      try takeList(into: &rows)
      rows.rows = [ListedRows.Row(list: 0..<rows.tokens.count, leftOut: takeLeftOut(into: &rows))]
      event.list = rows
    case (keys.logprobs, UInt8(ascii: "[")):
      if try cursor.startsWithArray() { return try readDistilled(keys.logprobs) }
      guard try cursor.startsWithObject() else { return try cursor.skip() }
      if let rows = try takeContent() { append(RecordDraft.Choice(rows: rows)) }
    case (keys.responseOutput, UInt8(ascii: "[")): try readMessages()
    case (keys.responseOutput, UInt8(ascii: "{")): try readRecord()
    default: try cursor.skip()
    }
  }

  /// `{"prefill": […], "tokens": […], "top_tokens": [[…]], "best_of_sequences": […]}`; further answers are appended.
  private mutating func takeDetails() throws(JSONFault) -> RecordDraft.Choice {
    var choice = RecordDraft.Choice()
    var lists = ListedRows()
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.prefill:
        guard let rows = try takeContent(), !rows.rows.isEmpty else { continue }
        choice.promptTokens = rows.emittedIDs
        choice.promptRows = rows
      case keys.tokens: choice.rows = try takeContent()
      case keys.topTokens: lists = try takePositionList() ?? lists
      case keys.bestOfSequences where cursor.nextByte() == UInt8(ascii: "["):
        try cursor.beginArray()
        while try cursor.nextElement() {
          var other = try takeDetails()
          other.index = draft.choices.count + 1
          draft.choices.append(other)
        }
      default: try cursor.skip()
      }
    }
    choice.rows = choice.rows?.beside(lists)
    return choice
  }

  /// `"output": [{"content": [{"logprobs": […]}]}]`. The texts of one response follow one another.
  private mutating func readMessages() throws(JSONFault) {
    var rows: ListedRows?
    try cursor.beginArray()
    while try cursor.nextObject() {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        guard key == keys.content, cursor.nextByte() == UInt8(ascii: "[") else {
          try cursor.skip()
          continue
        }
        try cursor.beginArray()
        while try cursor.nextElement() { try readMessagePart(&rows) }
      }
    }
    if let rows { append(RecordDraft.Choice(rows: rows)) }
  }

  private mutating func readMessagePart(_ rows: inout ListedRows?) throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else { return try cursor.skip() }
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      guard key == keys.logprobs, let part = try takeContent() else {
        if key != keys.logprobs { try cursor.skip() }
        continue
      }
      if rows == nil { rows = part } else { rows?.append(part) }
    }
  }
}

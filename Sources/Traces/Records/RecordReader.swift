import Tokenization

/// Reads one JSON record into a draft, in one pass and in whatever order its members stand.
struct RecordReader {
  var cursor: JSONCursor
  let keys = RecordKeys.all
  var draft = RecordDraft()

  /// A reader of the record in this range of the text.
  init(_ text: UnsafeRawBufferPointer, range: Range<Int>) { cursor = JSONCursor(text, range: range) }

  /// The record as it stands.
  static func draft(_ text: UnsafeRawBufferPointer, range: Range<Int>) throws(JSONFault) -> RecordDraft {
    var reader = RecordReader(text, range: range)
    try reader.readRecord()
    return reader.draft
  }

  private mutating func readRecord() throws(JSONFault) {
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.promptLength, keys.promptLen: draft.promptLength = try takeLength()
      case keys.promptTokenIDs, keys.tokenIDs: try readPromptTokens()
      case keys.promptLogprobs: try readPromptRows()
      case keys.choices, keys.outputs: try readChoices()
      case keys.completionProbabilities: try readCompletionProbabilities()
      case keys.metaInfo: try readMetaInfo()
      // A batch line wraps the response: `{"custom_id": …, "response": {"body": {…}}}`.
      case keys.response, keys.body: try readWrapped()
      default: if try !draft.names.take(key, from: &cursor) { try cursor.skip() }
      }
    }
  }

  private mutating func readWrapped() throws(JSONFault) {
    cursor.nextByte() == UInt8(ascii: "{") ? try readRecord() : try cursor.skip()
  }

  private mutating func takeLength() throws(JSONFault) -> Int? {
    try cursor.takeNull() ? nil : try cursor.takeInteger()
  }

  private mutating func readPromptTokens() throws(JSONFault) {
    guard let tokens = try takeIntegers() else { return }
    guard draft.promptTokens == nil else { throw cursor.fault(.repeatedKey("prompt_token_ids")) }
    draft.promptTokens = tokens
  }

  private mutating func readPromptRows() throws(JSONFault) {
    guard let rows = try takePositionList() else { return }
    guard draft.promptRows == nil else { throw cursor.fault(.repeatedKey("prompt_logprobs")) }
    draft.promptRows = rows
  }

  mutating func takeIntegers() throws(JSONFault) -> [Int]? {
    if try cursor.takeNull() { return nil }
    var integers: [Int] = []
    try cursor.beginArray()
    while try cursor.nextElement() { integers.append(try cursor.takeInteger()) }
    return integers
  }

  // MARK: Choices

  private mutating func readChoices() throws(JSONFault) {
    if try cursor.takeNull() { return }
    guard draft.choices.isEmpty else { throw cursor.fault(.repeatedKey("choices")) }
    try cursor.beginArray()
    while try cursor.nextElement() { draft.choices.append(try takeChoice()) }
  }

  private mutating func takeChoice() throws(JSONFault) -> RecordDraft.Choice {
    var choice = RecordDraft.Choice()
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.tokenIDs: choice.tokens = try takeIntegers()
      case keys.logprobs: try readLogprobs(into: &choice)
      case keys.promptTokenIDs: choice.promptTokens = try takeIntegers()
      case keys.promptLogprobs: choice.promptRows = try takePositionList()
      default: try cursor.skip()
      }
    }
    return choice
  }

  /// `{"content": […]}` of a server, `{"tokens": […], …}` of the older API, or the list of positions of an engine.
  private mutating func readLogprobs(into choice: inout RecordDraft.Choice) throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else {
      choice.rows = try takePositionList()
      return
    }
    var completion = CompletionLogprobs()
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.content: if let rows = try takeContent() { choice.rows = rows }
      case keys.tokens: completion.tokens = try takeTokenTexts()
      case keys.tokenLogprobs: completion.logprobs = try takeLogprobs()
      case keys.topLogprobs: completion.lists = try takePositionList()
      default: try cursor.skip()
      }
    }
    if choice.rows == nil, let logprobs = completion.logprobs {
      completion.complete(&choice, logprobs: logprobs)
    }
  }
}

import Tokenization

/// Reads one JSON record into a draft, in one pass and in whatever order its members stand.
///
/// A record is one object, or the chunks of one stream, one behind the other.
struct RecordReader {
  var cursor: JSONCursor
  let keys = RecordKeys.all
  /// Finds tokens that the record names by text or bytes; nil where no vocabulary is at hand.
  let lookup: TokenLookup?
  /// Whether there is one: asked for every entry, for which the lookup itself would be copied.
  let hasLookup: Bool
  var draft = RecordDraft()
  /// A chunk of the stream has been read before the object that is being read.
  private(set) var isLaterChunk = false
  /// What text-generation-inference streams in one event: a token, and the list beside it.
  var event = EventToken()
  /// All that llama.cpp's server says it generated, beside entries for some of it.
  var serverTokens: [Int]?
  var hasServerEntries = false
  /// Whether a list of this record has room for all that may follow.
  var hasReserved = false
  /// How many tokens llama.cpp's server says it generated; nil where it does not say.
  var generatedCount: Int?
  /// What prime-rl's trainer exports beside the tokens.
  var export = ExportedColumns()
  /// Listed tokens of the row that is being read whose text is that of no token, or of several.
  var unknownTexts: [(text: [UInt8], logprob: Double)] = []

  /// A reader of the record in this range of the text.
  init(_ text: UnsafeRawBufferPointer, range: Range<Int>, lookup: TokenLookup? = nil) {
    cursor = JSONCursor(text, range: range)
    self.lookup = lookup
    hasLookup = lookup != nil
  }

  /// The record as it stands.
  static func draft(
    _ text: UnsafeRawBufferPointer, of outline: RecordOutline, lookup: TokenLookup?
  ) throws(JSONFault) -> RecordDraft {
    var reader = RecordReader(text, range: outline.range, lookup: lookup)
    try reader.readChunks()
    for range in outline.laterRanges {
      reader.cursor = JSONCursor(text, range: range)
      try reader.readChunks()
    }
    reader.finishExport()
    reader.takeServerTokens()
    reader.countMissingEntries()
    reader.draft.choices.sort { $0.index < $1.index }
    return reader.draft
  }

  /// Reads one object, or as many chunks of a stream as follow one another.
  private mutating func readChunks() throws(JSONFault) {
    while true {
      let fields = cursor.skipEventFields()
      if fields.isData, try cursor.takeNull() { continue }
      guard cursor.nextByte() != nil else { break }
      try readRecord()
      finishChunk()
      cursor.skipComma()
    }
  }

  private mutating func finishChunk() {
    if let rows = event.rows { append(RecordDraft.Choice(rows: rows)) }
    event = EventToken()
    isLaterChunk = true
  }

  mutating func readRecord() throws(JSONFault) {
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.promptLength, keys.promptLen: draft.promptLength = try takeLength()
      case keys.tokenIDs: try readTokenIDs()
      case keys.promptTokenIDs: try readPromptTokens()
      case keys.promptLogprobs: try readPromptRows()
      case keys.choices, keys.outputs: try readChoices()
      case keys.unlistedCaps: draft.unlistedCaps = try takeLogprobs()?.values
      case keys.completionProbabilities: try readCompletionProbabilities()
      case keys.tokens: try readServerTokens()
      case keys.tokensPredicted, keys.timings: try readGeneratedCount(key)
      case keys.metaInfo: try readMetaInfo()
      // A batch line wraps the response: `{"custom_id": …, "response": {"body": {…}}}`.
      case keys.response, keys.body: try readWrapped()
      case keys.details, keys.token, keys.topTokens, keys.logprobs, keys.responseOutput:
        try readServerMember(key)
      case keys.trainerLogprobs, keys.lossMask, keys.tokenLosses, keys.nodes: try readEmittedOnly(key)
      case keys.inputIDs, keys.attentionMask, keys.bytepackedIndices, keys.compressedLogprobs, keys.topValues,
        keys.targetTokenIDs, keys.targetLogprobs:
        try readDistilled(key)
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

  /// The ids of a text, or those of the lists beside it.
  private mutating func readTokenIDs() throws(JSONFault) {
    let isColumn = cursor.nextByte() == UInt8(ascii: "[") ? try cursor.startsWithArray() : false
    isColumn ? try readDistilled(keys.tokenIDs) : try readPromptTokens()
  }

  private mutating func readPromptTokens() throws(JSONFault) {
    guard let tokens = try takeIntegers(), !isLaterChunk else { return }
    guard draft.promptTokens == nil else { throw cursor.fault(.repeatedKey("prompt_token_ids")) }
    draft.promptTokens = tokens
  }

  private mutating func readPromptRows() throws(JSONFault) {
    guard let rows = try takePositionList(), !isLaterChunk else { return }
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
    guard draft.choices.isEmpty || isLaterChunk else { throw cursor.fault(.repeatedKey("choices")) }
    try cursor.beginArray()
    while try cursor.nextElement() {
      let choice = try takeChoice()
      isLaterChunk ? draft.append(choice) : draft.choices.append(choice)
    }
  }

  private mutating func takeChoice() throws(JSONFault) -> RecordDraft.Choice {
    var choice = RecordDraft.Choice()
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.index: choice.index = try cursor.takeInteger()
      case keys.tokenIDs: choice.tokens = try takeIntegers() ?? choice.tokens
      case keys.logprobs: try readLogprobs(into: &choice)
      case keys.promptTokenIDs: choice.promptTokens = try takeIntegers()
      case keys.promptLogprobs: choice.promptRows = try takePositionList()
      default: try cursor.skip()
      }
    }
    choice.takeEcho()
    return choice
  }

  /// `{"content": […]}` of a server, `{"tokens": […], …}` of the older API, or the positions of an engine.
  private mutating func readLogprobs(into choice: inout RecordDraft.Choice) throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else {
      choice.rows = try takePositionList()
      return
    }
    if let rows = try takeFlatRows() {
      choice.rows = rows
      return
    }
    var completion = CompletionLogprobs()
    // How the texts of lists are meant is known when the offsets were read, wherever in the object they stand.
    var lists: JSONCursor?
    var hasOffsets = false
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.content, keys.refusal: if let rows = try takeContent() { choice.rows = rows }
      case keys.textOffset:
        completion.hasLatinBytes = try takeIntegers().map { $0.first == -1 } ?? false
        hasOffsets = true
      case keys.tokens: completion.tokens = try takeNamedTokens()
      case keys.tokenLogprobs: completion.logprobs = try takeLogprobs()
      case keys.topLogprobs where hasOffsets:
        completion.lists = try takeTextLists(hasLatinBytes: completion.hasLatinBytes)
      case keys.topLogprobs:
        lists = cursor
        try cursor.skip()
      default: try cursor.skip()
      }
    }
    if let lists {
      let end = cursor
      cursor = lists
      completion.lists = try takeTextLists(hasLatinBytes: completion.hasLatinBytes)
      cursor = end
    }
    if choice.rows == nil, let logprobs = completion.logprobs {
      completion.complete(&choice, logprobs: logprobs, lookup: lookup)
    }
  }
}

/// What a JSON record is, as far as can be told without reading its rows.
struct RecordOutline: Equatable, Sendable {
  /// The record in the file.
  var range: Range<Int>
  var names = RecordNames()
  var choiceCount = 0
  /// The shape of its logprobs; nil for a record that is no trace.
  var format: TraceFormat?
  /// The keys of lm-evaluation-harness samples that were seen.
  var evaluationKeys = 0
  /// The first keys, for a message about a record that is no trace.
  var firstKeys: [String] = []
}

/// Passes over a record, and notes what tells it apart.
struct RecordOutlineReader {
  /// So many keys are enough for a message.
  private static let mostKeys = 8

  private(set) var cursor: JSONCursor
  private let keys = RecordKeys.all
  private var outline: RecordOutline

  init(_ cursor: JSONCursor) {
    self.cursor = cursor
    outline = RecordOutline(range: cursor.position..<cursor.position)
  }

  /// The outline of the object that is next, and the cursor behind it.
  static func read(_ cursor: inout JSONCursor) throws(JSONFault) -> RecordOutline {
    _ = cursor.nextByte()
    var reader = RecordOutlineReader(cursor)
    try reader.readRecord()
    cursor = reader.cursor
    // One outline for each record of the file is kept: nothing is kept that is not needed.
    if reader.outline.format != nil { reader.outline.firstKeys = [] }
    reader.outline.range = reader.outline.range.lowerBound..<cursor.position
    return reader.outline
  }

  private mutating func readRecord() throws(JSONFault) {
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      let key = try takeNotedKey()
      switch key {
      case keys.promptLogprobs: try notePresence(of: .promptLogprobs)
      case keys.completionProbabilities: try notePresence(of: .llamaServer)
      case keys.metaInfo: try readMetaInfo()
      case keys.choices, keys.outputs: try readChoices()
      case keys.response, keys.body: try readWrapped()
      case keys.documentID, keys.responses, keys.filteredResponses:
        outline.evaluationKeys += 1
        try cursor.skip()
      default: if try !outline.names.take(key, from: &cursor) { try cursor.skip() }
      }
    }
  }

  private mutating func takeNotedKey() throws(JSONFault) -> JSONKey {
    guard cursor.nextByte() == UInt8(ascii: "\"") else { throw cursor.expected("a name in quotes") }
    if outline.firstKeys.count < Self.mostKeys {
      var ahead = cursor
      outline.firstKeys.append(try ahead.takeString())
    }
    let key = try cursor.takeKey()
    try cursor.takeColon()
    return key
  }

  private mutating func readWrapped() throws(JSONFault) {
    cursor.nextByte() == UInt8(ascii: "{") ? try readRecord() : try cursor.skip()
  }

  private mutating func readChoices() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "[") else { return try cursor.skip() }
    try cursor.beginArray()
    while try cursor.nextElement() {
      outline.choiceCount += 1
      guard cursor.nextByte() == UInt8(ascii: "{") else {
        try cursor.skip()
        continue
      }
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        switch key {
        case keys.logprobs: try readLogprobs()
        case keys.promptLogprobs: try notePresence(of: .promptLogprobs)
        default: try cursor.skip()
        }
      }
    }
  }

  private mutating func readLogprobs() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else { return try notePresence(of: .promptLogprobs) }
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.content: try notePresence(of: .tokenInTokenOut)
      case keys.tokenLogprobs: try notePresence(of: .completions)
      default: try cursor.skip()
      }
    }
  }

  private mutating func readMetaInfo() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else { return try cursor.skip() }
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.inputTokenLogprobs, keys.outputTokenLogprobs: try notePresence(of: .sglang)
      default: try cursor.skip()
      }
    }
  }

  /// Skips a value; one that is not null shows this format. A scored prompt outweighs what was generated behind it.
  private mutating func notePresence(of format: TraceFormat) throws(JSONFault) {
    if try cursor.takeNull() { return }
    if outline.format == nil || format == .promptLogprobs { outline.format = format }
    try cursor.skip()
  }
}

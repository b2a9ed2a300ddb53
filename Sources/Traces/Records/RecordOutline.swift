/// What a JSON record is, as far as can be told without reading its rows.
struct RecordOutline: Equatable, Sendable {
  /// The record in the file.
  var range: Range<Int>
  var names = RecordNames()
  var choiceCount = 0
  var hasPromptLogprobs = false
  var hasLogprobs = false
  /// The keys of lm-evaluation-harness samples that were seen.
  var evaluationKeys = 0
  /// The first keys, for a message about a record that is no trace.
  var firstKeys: [String] = []

  /// Nil for a record that is no trace.
  var format: TraceFormat? {
    hasPromptLogprobs ? .promptLogprobs : hasLogprobs ? .tokenInTokenOut : nil
  }
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
    reader.outline.range = reader.outline.range.lowerBound..<cursor.position
    return reader.outline
  }

  private mutating func readRecord() throws(JSONFault) {
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      let key = try takeNotedKey()
      switch key {
      case keys.promptLogprobs: try notePresence(\.hasPromptLogprobs)
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
        case keys.logprobs: try notePresence(\.hasLogprobs)
        case keys.promptLogprobs: try notePresence(\.hasPromptLogprobs)
        default: try cursor.skip()
        }
      }
    }
  }

  /// Skips a value, and notes that it is not null.
  private mutating func notePresence(_ path: WritableKeyPath<RecordOutline, Bool>) throws(JSONFault) {
    if try cursor.takeNull() { return }
    outline[keyPath: path] = true
    try cursor.skip()
  }
}

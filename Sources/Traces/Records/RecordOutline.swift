/// What a JSON record is, as far as can be told without reading its rows.
struct RecordOutline: Equatable, Sendable {
  /// The record in the file.
  var range: Range<Int>
  /// The rest of a stream whose chunks come in turns with those of others.
  var laterRanges: [Range<Int>] = []
  var names = RecordNames()
  var choiceCount = 0
  /// The shape of its logprobs; nil for a record that is no trace.
  var format: TraceFormat?
  /// Its place in the list of a larger record.
  var part: Int?
  /// What a server said in place of an answer.
  var failure: String?
  /// The keys of lm-evaluation-harness samples that were seen.
  var evaluationKeys = 0
  /// The columns of DistillKit's older codec that were seen: ids, and what packs the values.
  var hasPackedIDs = false
  var hasPackedValues = false
  /// The first keys, for a message about a record that is no trace.
  var firstKeys: [String] = []

  /// The record is a row of DistillKit's older codec.
  var isOlderDistillation: Bool { hasPackedIDs && hasPackedValues }

  /// The name of a record, with its place where it is part of a larger one.
  var id: String? {
    guard let name = names.id(in: format) else { return nil }
    return part.map { "\(name)#\($0)" } ?? name
  }
}

extension RecordOutline {
  /// Adds the next chunk of a stream, which follows the one before directly or stands apart from it.
  mutating func add(chunk: RecordOutline, isNext: Bool) {
    if !isNext {
      laterRanges.append(chunk.range)
    } else if let last = laterRanges.popLast() {
      laterRanges.append(last.lowerBound..<chunk.range.upperBound)
    } else {
      range = range.lowerBound..<chunk.range.upperBound
    }
    format = format ?? chunk.format
    failure = failure ?? chunk.failure
  }
}

/// What ties the chunks of a stream together.
struct StreamMark: Equatable {
  /// The name that all chunks of one stream share; nil where the server gives none.
  var id: String?
  /// This chunk says that it is the last.
  var isLast = false
  /// The numbers of the answers that the chunks are about.
  var choices: Set<Int> = []
}

/// Passes over a record, and notes what tells it apart.
struct RecordOutlineReader {
  /// So many keys are enough for a message.
  private static let mostKeys = 8

  var cursor: JSONCursor
  let keys = RecordKeys.all
  var outline: RecordOutline
  /// Members of a larger record that are records themselves.
  var parts: [RecordOutline] = []
  var stream = StreamMark()
  /// The record says that it is a chunk of a stream.
  var isChunk = false
  /// The failure of the record has a message, a code or the like.
  var failureSaysSomething = false
  /// What the record calls `done`; nil where it says nothing of the kind.
  var done: Bool?
  /// The number of the prompt in a batch that llama.cpp's server streams; that of the token for others.
  var index: Int?
  /// The record says whether the answer ends with it, as those of llama.cpp's server do.
  var saysStop = false

  /// The records in one object, and what ties it to its neighbours where it is a chunk of a stream.
  struct Found {
    var outlines: [RecordOutline]
    var stream: StreamMark
    var isChunk: Bool
  }

  init(_ cursor: JSONCursor) {
    self.cursor = cursor
    outline = RecordOutline(range: cursor.position..<cursor.position)
  }

  /// What is in the object that is next, and the cursor behind it.
  static func read(_ cursor: inout JSONCursor) throws(JSONFault) -> Found {
    _ = cursor.nextByte()
    var reader = RecordOutlineReader(cursor)
    try reader.readRecord()
    cursor = reader.cursor
    // One outline for each record of the file is kept: nothing is kept that is not needed.
    if reader.outline.format != nil { reader.outline.firstKeys = [] }
    reader.outline.range = reader.outline.range.lowerBound..<cursor.position
    reader.stream.id = reader.outline.names.recordID ?? reader.serverStream
    reader.takeDone()
    // Some writers put an `error` of nothing beside each answer.
    if reader.outline.format != nil, !reader.failureSaysSomething { reader.outline.failure = nil }
    let isTrace = reader.outline.format != nil || reader.parts.isEmpty
    return Found(
      outlines: isTrace ? [reader.outline] : reader.filledParts, stream: reader.stream,
      isChunk: reader.isChunk && isTrace)
  }

  /// Ollama's lines say whether more will come; nobody else's `done` means that, and what else a record holds is known
  /// at its end.
  private mutating func takeDone() {
    guard let done, outline.format == nil || outline.format == .ollama else { return }
    isChunk = true
    stream.isLast = stream.isLast || done
  }

  /// Answers to the prompts of a batch come in turns, without a name.
  private var serverStream: String? { saysStop ? index.map { "#\($0)" } : nil }

  private var filledParts: [RecordOutline] {
    parts.map { part in
      var part = part
      part.names = part.names.filled(by: outline.names)
      return part
    }
  }

  mutating func readRecord() throws(JSONFault) {
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      let key = try takeNotedKey()
      switch key {
      case keys.promptLogprobs: try notePresence(of: .promptLogprobs)
      case keys.completionProbabilities: try notePresence(of: .llamaServer)
      case keys.trainerLogprobs: try notePresence(of: .tokenExport)
      case keys.tokenLosses: try notePresence(of: .tokenLosses)
      case keys.compressedLogprobs, keys.topValues, keys.targetLogprobs: try notePresence(of: .distillation)
      case keys.metaInfo: try readMetaInfo()
      case keys.choices, keys.outputs: try readChoices()
      case keys.response, keys.body: try readWrapped()
      case keys.details, keys.token, keys.logprobs, keys.responseOutput: try readServerMember(key)
      case keys.object, keys.done, keys.stop, keys.generatedText, keys.index: try readStreamMark(key)
      case keys.results, keys.traces, keys.nodes: try readParts(key)
      case keys.error: try readFailure()
      case keys.packedIndices:
        outline.hasPackedIDs = true
        try cursor.skip()
      case keys.exactValues, keys.coefficients:
        outline.hasPackedValues = true
        try cursor.skip()
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
      var index = 0
      while let key = try cursor.nextKey() {
        switch key {
        case keys.logprobs: try readLogprobs()
        case keys.promptLogprobs: try notePresence(of: .promptLogprobs)
        case keys.index: index = try cursor.takeInteger()
        case keys.delta:
          isChunk = true
          try cursor.skip()
        default: try cursor.skip()
        }
      }
      stream.choices.insert(index)
    }
  }

  private mutating func readLogprobs() throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "{") else { return try notePresence(of: .promptLogprobs) }
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.content, keys.refusal:
        try notePresence(of: try contentNamesIDs() ? .tokenInTokenOut : .chatCompletions)
      case keys.tokenLogprobs: try notePresence(of: .completions)
      case keys.startIndices: try notePresence(of: .promptLogprobs)
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
  mutating func notePresence(of format: TraceFormat) throws(JSONFault) {
    if try cursor.takeNull() { return }
    if try cursor.startsWithMember(keys.content) { return try cursor.skip() }
    if outline.format == nil || format == .promptLogprobs { outline.format = format }
    try cursor.skip()
  }
}

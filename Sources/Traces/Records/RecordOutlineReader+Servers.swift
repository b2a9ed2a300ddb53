/// What tells servers, streams and larger records apart.
extension RecordOutlineReader {
  /// Whether the first entry of the list that is next gives a token id.
  func contentNamesIDs() throws(JSONFault) -> Bool {
    var ahead = cursor
    guard ahead.nextByte() == UInt8(ascii: "[") else { return false }
    try ahead.beginArray()
    guard try ahead.nextElement(), ahead.nextByte() == UInt8(ascii: "{") else { return false }
    try ahead.beginObject()
    while let key = try ahead.nextKey() {
      switch key {
      case keys.tokenID, keys.id: return true
      case keys.token where ahead.nextByte() == UInt8(ascii: "\""):
        if try ahead.takeStringBytes().starts(with: "token_id:".utf8) { return true }
      default: try ahead.skip()
      }
    }
    return false
  }

  mutating func readServerMember(_ key: JSONKey) throws(JSONFault) {
    switch (key, cursor.nextByte()) {
    case (keys.details, UInt8(ascii: "{")): try readDetails()
    case (keys.token, UInt8(ascii: "{")):
      // text-generation-inference streams one token in each event.
      isChunk = true
      stream.choices = [0]
      try notePresence(of: .textGeneration)
    case (keys.logprobs, UInt8(ascii: "[")) where try cursor.startsWithArray():
      try notePresence(of: .distillation)
    case (keys.logprobs, UInt8(ascii: "[")):
      guard try cursor.startsWithObject() else { return try cursor.skip() }
      stream.choices = [0]
      try notePresence(of: .ollama)
    case (keys.responseOutput, UInt8(ascii: "[")): try readMessages()
    // What a model answered to a sample of an Inspect log.
    case (keys.responseOutput, UInt8(ascii: "{")): try readRecord()
    default: try cursor.skip()
    }
  }

  private mutating func readDetails() throws(JSONFault) {
    outline.choiceCount = 1
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.tokens: try notePresence(of: .textGeneration)
      case keys.bestOfSequences where cursor.nextByte() == UInt8(ascii: "["):
        try cursor.beginArray()
        while try cursor.nextElement() {
          outline.choiceCount += 1
          try cursor.skip()
        }
      default: try cursor.skip()
      }
    }
  }

  /// `"output": [{"content": [{"logprobs": […]}]}]`; parts of other kinds have no logprobs.
  private mutating func readMessages() throws(JSONFault) {
    try cursor.beginArray()
    while try cursor.nextObject() {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        guard key == keys.content, cursor.nextByte() == UInt8(ascii: "[") else {
          try cursor.skip()
          continue
        }
        try readMessageParts()
      }
    }
  }

  private mutating func readMessageParts() throws(JSONFault) {
    try cursor.beginArray()
    while try cursor.nextObject() {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        if key == keys.logprobs, cursor.nextByte() == UInt8(ascii: "["), try cursor.startsWithObject() {
          try notePresence(of: .responses)
        } else {
          try cursor.skip()
        }
      }
    }
  }

  // MARK: Streams

  mutating func readStreamMark(_ key: JSONKey) throws(JSONFault) {
    switch key {
    case keys.object where cursor.nextByte() == UInt8(ascii: "\""):
      if try cursor.takeString().hasSuffix(".chunk") { isChunk = true }
    case keys.done:
      guard let isDone = try cursor.takeBoolean() else { return try cursor.skip() }
      done = isDone
    case keys.stop:
      guard let isStopped = try cursor.takeBoolean() else { return try cursor.skip() }
      saysStop = true
      stream.isLast = stream.isLast || isStopped
    case keys.index:
      let start = cursor
      index = try? cursor.takeInteger()
      if index == nil {
        cursor = start
        try cursor.skip()
      }
    case keys.generatedText:
      if try cursor.takeNull() { return }
      stream.isLast = true
      try cursor.skip()
    default: try cursor.skip()
    }
  }

  // MARK: Records in records

  mutating func readParts(_ key: JSONKey) throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "[") else { return try cursor.skip() }
    if key == keys.nodes { return try readNodes() }
    try cursor.beginArray()
    var place = 0
    while try cursor.nextElement() {
      defer { place += 1 }
      guard cursor.nextByte() == UInt8(ascii: "{") else {
        try cursor.skip()
        continue
      }
      guard var part = try Self.read(&cursor).outlines.first, part.format != nil else { continue }
      part.part = place
      parts.append(part)
    }
  }

  /// A tree of messages has one sequence for each message that none follows.
  private mutating func readNodes() throws(JSONFault) {
    var count = 0
    var parents: Set<Int> = []
    try cursor.beginArray()
    while try cursor.nextObject() {
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        if key == keys.parent, try !cursor.takeNull() {
          parents.insert(try cursor.takeInteger())
        } else if key == keys.tokenIDs {
          try notePresence(of: .rollout)
        } else if key != keys.parent {
          try cursor.skip()
        }
      }
      count += 1
    }
    outline.choiceCount = max(1, count - parents.intersection(0..<count).count)
  }

  // MARK: Failures

  /// `"error": null`, a text, `{"message": …}`, or that in another `error`, as vLLM's batches write it.
  mutating func readFailure() throws(JSONFault) {
    switch cursor.nextByte() {
    case UInt8(ascii: "\""):
      let reason = try cursor.takeString()
      if !reason.isEmpty { outline.failure = reason }
      if !Self.nothings.contains(reason.lowercased()) { failureSaysSomething = true }
    case UInt8(ascii: "{"):
      outline.failure = outline.failure ?? "no message"
      try cursor.beginObject()
      while let key = try cursor.nextKey() {
        if key == keys.error {
          try readFailure()
        } else if try !cursor.takeNull() {
          try readFailureMember(key)
        }
      }
    default: try cursor.skip()
    }
  }

  /// What is written where there was no error.
  private static let nothings: Set<String> = ["", "none", "null", "nil"]

  private mutating func readFailureMember(_ key: JSONKey) throws(JSONFault) {
    guard cursor.nextByte() == UInt8(ascii: "\"") else {
      failureSaysSomething = true
      return try cursor.skip()
    }
    let text = try cursor.takeString()
    if !Self.nothings.contains(text.lowercased()) { failureSaysSomething = true }
    if key == keys.message { outline.failure = text }
  }
}

import Tokenization

/// The two shapes in which records list logprobs, and the hot loops of reading.
extension RecordReader {
  // MARK: One object for each position, keyed by token id

  /// `[null, {"9707": {"logprob": -8.31, "rank": 412}, "151644": -0.02}, [{"token_id": …}], …]`, nil for null.
  mutating func takePositionList() throws(JSONFault) -> ListedRows? {
    if try cursor.takeNull() { return nil }
    var rows = ListedRows()
    try cursor.beginArray()
    while try cursor.nextElement() {
      if try cursor.takeNull() {
        rows.rows.append(nil)
        continue
      }
      let start = rows.tokens.count
      if cursor.nextByte() == UInt8(ascii: "[") {
        try takeList(into: &rows)
      } else {
        try takeTokensByID(into: &rows)
      }
      rows.rows.append(ListedRows.Row(list: start..<rows.tokens.count, emitted: nil))
    }
    return rows
  }

  private mutating func takeTokensByID(into rows: inout ListedRows) throws(JSONFault) {
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      let start = cursor.position
      guard let id = try takeQuotedTokenID(at: start, into: &rows) else { continue }
      _ = cursor.nextByte()
      if let entry = PlainEntry(cursor.base, at: cursor.position, before: cursor.end), entry.token == nil {
        rows.append(entry, token: id)
        cursor.finishValue(at: entry.end)
        continue
      }
      var listed = ListedToken(token: id, logprob: .nan, rank: nil)
      if cursor.nextByte() == UInt8(ascii: "{") {
        try readMembers(of: &listed, into: &rows)
      } else {
        listed.logprob = try takeLogprob(into: &rows)
      }
      rows.tokens.append(listed)
    }
  }

  /// The key of a listed token and the colon behind it; nil, and the value skipped, where the key is a text.
  private mutating func takeQuotedTokenID(
    at start: Int, into rows: inout ListedRows
  ) throws(JSONFault) -> TokenID? {
    let before = cursor
    if let id = try cursor.takeQuotedInteger() {
      guard let raw = Int32(exactly: id) else {
        throw JSONFault(offset: start, reason: .expected("a token id in quotes"))
      }
      try cursor.takeColon()
      return TokenID(raw)
    }
    cursor = before
    let id = try takeTokenText()
    try cursor.takeColon()
    if id == nil {
      rows.hasTextTokens = true
      try cursor.skip()
    }
    return id
  }

  private mutating func readMembers(
    of listed: inout ListedToken, into rows: inout ListedRows
  ) throws(JSONFault) {
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.logprob: listed.logprob = try takeLogprob(into: &rows)
      case keys.rank: listed.rank = try takeRank()
      default: try cursor.skip()
      }
    }
  }

  // MARK: One entry for each emitted token, with a list of others

  /// `[{"token_id": 9707, "logprob": -0.12, "rank": 1, "top_logprobs": […]}, …]`, nil for null.
  mutating func takeContent() throws(JSONFault) -> ListedRows? {
    if try cursor.takeNull() { return nil }
    var rows = ListedRows()
    try cursor.beginArray()
    while try cursor.nextElement() {
      let start = rows.tokens.count
      let emitted = try takeListedToken(into: &rows)
      if emitted == nil { rows.hasTextTokens = true }
      rows.rows.append(ListedRows.Row(list: start..<rows.tokens.count, emitted: emitted))
    }
    return rows
  }

  /// An array of listed tokens.
  private mutating func takeList(into rows: inout ListedRows) throws(JSONFault) {
    if try cursor.takeNull() { return }
    try cursor.beginArray()
    while try cursor.nextElement() {
      if takePlainEntry(into: &rows) { continue }
      if let listed = try takeListedToken(into: &rows) {
        rows.tokens.append(listed)
      } else {
        rows.hasTextTokens = true
      }
    }
  }

  /// Takes an entry that names its id in the layout of most engines; false where it must be read the careful way.
  @inline(__always)
  private mutating func takePlainEntry(into rows: inout ListedRows) -> Bool {
    guard let entry = PlainEntry(cursor.base, at: cursor.position, before: cursor.end),
      let token = entry.token
    else {
      return false
    }
    rows.append(entry, token: TokenID(token))
    cursor.finishValue(at: entry.end)
    return true
  }

  /// One entry, nil where it names its token only by a text. A list inside it is appended to `rows`.
  private mutating func takeListedToken(into rows: inout ListedRows) throws(JSONFault) -> ListedToken? {
    var token: TokenID?
    var listed = ListedToken(token: TokenID(0), logprob: .nan, rank: nil)
    let listStart = rows.tokens.count
    var namesItsSource = true
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.tokenID: token = try takeTokenID()
      case keys.logprob: listed.logprob = try takeLogprob(into: &rows)
      case keys.rank: listed.rank = try takeRank()
      case keys.topLogprobs: try takeList(into: &rows)
      case keys.token: token = try takeTokenText() ?? token
      case keys.id:
        token = try takeTokenID()
        namesItsSource = false
      case keys.bytes:
        // Servers that write the bytes of a token write those of the sampled one.
        namesItsSource = true
        try cursor.skip()
      default: try cursor.skip()
      }
    }
    if !namesItsSource, rows.tokens.count > listStart { rows.lacksEmitted = true }
    guard let token else { return nil }
    listed.token = token
    return listed
  }

  // MARK: Numbers

  @inline(__always)
  mutating func takeTokenID() throws(JSONFault) -> TokenID? {
    if try cursor.takeNull() { return nil }
    let start = cursor.position
    guard let id = Int32(exactly: try cursor.takeInteger()), id >= 0 else {
      throw JSONFault(offset: start, reason: .expected("a token id from 0 to \(Int32.max)"))
    }
    return TokenID(id)
  }

  /// vLLM writes `token_id:15496` in the place of a text when it is asked to; any other text gives nil.
  mutating func takeTokenText() throws(JSONFault) -> TokenID? {
    if cursor.nextByte() != UInt8(ascii: "\"") { return try takeTokenID() }
    let text = try cursor.takeStringBytes()
    guard text.starts(with: "token_id:".utf8) else { return nil }
    guard let id = Int32(String(decoding: text.dropFirst(9), as: UTF8.self)), id >= 0 else { return nil }
    return TokenID(id)
  }

  @inline(__always)
  mutating func takeLogprob(into rows: inout ListedRows) throws(JSONFault) -> Double {
    if try cursor.takeNull() { return .nan }
    let number = try cursor.takeNumber()
    rows.decimals = max(rows.decimals ?? 0, number.decimals)
    return number.value
  }

  @inline(__always)
  private mutating func takeRank() throws(JSONFault) -> Int32? {
    if try cursor.takeNull() { return nil }
    let start = cursor.position
    guard let rank = Int32(exactly: try cursor.takeInteger()), rank >= 1 else {
      throw JSONFault(offset: start, reason: .expected("a rank from 1"))
    }
    return rank
  }
}

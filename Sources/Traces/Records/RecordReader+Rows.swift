import Tokenization

/// Lists of the most probable tokens by position, and the numbers in them.
extension RecordReader {
  // MARK: One object for each position, keyed by token id

  /// `[null, {"9707": {"logprob": -8.31, "rank": 412}, "151644": -0.02}, [{"token_id": …}], …]`, nil for null.
  ///
  mutating func takePositionList() throws(JSONFault) -> ListedRows? {
    if try cursor.takeNull() { return nil }
    if let rows = try takeFlatRows() { return rows }
    // Inspect's prompts name no ids, and do not say whether the first token is among them.
    if try cursor.startsWithMember(keys.content) {
      try cursor.skip()
      return nil
    }
    return try takeLists { (reader, rows) throws(JSONFault) in
      try reader.takeTokensByID(into: &rows)
      return nil
    }
  }

  /// `[null, {" Hello": -0.5}, …]`, the lists of the older API: keys are texts, even where they look like numbers.
  mutating func takeTextLists(hasLatinBytes: Bool) throws(JSONFault) -> ListedRows? {
    if try cursor.takeNull() { return nil }
    return try takeLists { (reader, rows) throws(JSONFault) in
      try reader.takeTokensByText(hasLatinBytes, into: &rows)
    }
  }

  /// One list for each position. `takeObject` takes a list that is an object, and tells what may be left out of it.
  private mutating func takeLists(
    _ takeObject: (inout RecordReader, inout ListedRows) throws(JSONFault) -> Double?
  ) throws(JSONFault) -> ListedRows {
    var rows = ListedRows()
    try cursor.beginArray()
    while try cursor.nextElement() {
      if try cursor.takeNull() {
        rows.rows.append(nil)
        continue
      }
      let start = rows.tokens.count
      var leftOut: Double?
      if cursor.nextByte() == UInt8(ascii: "[") {
        try takeList(into: &rows)
        leftOut = takeLeftOut(into: &rows)
      } else {
        leftOut = try takeObject(&self, &rows)
      }
      rows.rows.append(ListedRows.Row(list: start..<rows.tokens.count, leftOut: leftOut))
    }
    return rows
  }

  private mutating func takeTokensByID(into rows: inout ListedRows) throws(JSONFault) {
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      let start = cursor.position
      guard let id = try takeQuotedTokenID(at: start, into: &rows) else { continue }
      _ = cursor.nextByte()
      if !checksNames(in: rows), let entry = PlainEntry(cursor.base, at: cursor.position, before: cursor.end),
        entry.token == nil
      {
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
    let name = try takeNamedToken()
    try cursor.takeColon()
    if case .id(let id) = name { return id }
    rows.hasTextTokens = true
    try cursor.skip()
    return nil
  }

  /// `{" Hello": -0.5, …}`. Tells the logprob that an entry which is left out may have had, nil where none is.
  ///
  /// Tokens that share a text share a key, and only one of them is left in the file: where a text may be that of
  /// several tokens, whatever was listed besides is lost, and nothing limits how probable it was.
  private mutating func takeTokensByText(
    _ hasLatinBytes: Bool, into rows: inout ListedRows
  ) throws(JSONFault) -> Double? {
    var leftOut: Double?
    try cursor.beginObject()
    while try cursor.advanceInside(closing: UInt8(ascii: "}"), "an object") {
      let name = try takeNamedToken()
      try cursor.takeColon()
      let logprob = try takeLogprob(into: &rows)
      switch (name, lookup) {
      case (.id(let id), _): rows.tokens.append(ListedToken(token: id, logprob: logprob, rank: nil))
      case (.text, nil): rows.hasTextTokens = true
      case (.text(let text), let lookup?):
        let match = hasLatinBytes ? lookup.match(textOrLatinBytes: text) : lookup.match(text: text)
        if case .one(let id) = match {
          rows.tokens.append(ListedToken(token: id, logprob: logprob, rank: nil))
        } else {
          rows.add(leftOut: 1)
          leftOut = 0
        }
      }
    }
    return leftOut
  }

  private mutating func readMembers(
    of listed: inout ListedToken, into rows: inout ListedRows
  ) throws(JSONFault) {
    var text: [UInt8]?
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.logprob: listed.logprob = try takeLogprob(into: &rows)
      case keys.rank: listed.rank = try takeRank()
      case keys.decodedToken where checksNames(in: rows) && cursor.nextByte() == UInt8(ascii: "\""):
        text = try cursor.takeStringBytes()
      default: try cursor.skip()
      }
    }
    if let lookup, rows.names.isOpen { rows.names.add(listed.token, text, lookup) }
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

  /// A text, or an id: vLLM writes `token_id:15496` in the place of a text when it is asked to.
  mutating func takeNamedToken() throws(JSONFault) -> NamedToken {
    if cursor.nextByte() != UInt8(ascii: "\"") {
      guard let id = try takeTokenID() else { return .text([]) }
      return .id(id)
    }
    let start = cursor.position
    let text = try cursor.takeStringBytes()
    guard text.starts(with: Self.idPrefix.utf8) else { return .text(text) }
    let digits = String(decoding: text.dropFirst(Self.idPrefix.utf8.count), as: UTF8.self)
    guard let first = digits.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
      return .text(text)
    }
    // Engines write each id in one way only: 05 would be 5 once more.
    guard let id = Int32(digits), id >= 0, String(id) == digits else {
      throw JSONFault(
        offset: start,
        reason: .expected("a token id from 0 to \(Int32.max) in place of \"\(Self.idPrefix)\(digits)\""))
    }
    return .id(TokenID(id))
  }

  private static let idPrefix = "token_id:"

  @inline(__always)
  mutating func takeLogprob(into rows: inout ListedRows) throws(JSONFault) -> Double {
    if try cursor.takeNull() { return .nan }
    let number = try cursor.takeNumber()
    rows.decimals = max(rows.decimals ?? 0, number.decimals)
    return number.value
  }

  @inline(__always)
  mutating func takeRank() throws(JSONFault) -> Int32? {
    if try cursor.takeNull() { return nil }
    let start = cursor.position
    guard let rank = Int32(exactly: try cursor.takeInteger()), rank >= 1 else {
      throw JSONFault(offset: start, reason: .expected("a rank from 1"))
    }
    return rank
  }
}

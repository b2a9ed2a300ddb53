import Tokenization

/// One entry for each emitted token, with a list of others in it: the hot loop of reading.
extension RecordReader {
  /// More than the parts of a stream have: those that follow are taken to be as long, and to reach to the record's end.
  /// Room for them saves copying each row a few times. Only one list of a record gets it: a record may hold very many, of
  /// which each would have room for all.
  private static let rowsBeforeReserving = 8

  /// `[{"token_id": 9707, "logprob": -0.12, "rank": 1, "top_logprobs": […]}, …]`, nil for null.
  mutating func takeContent() throws(JSONFault) -> ListedRows? {
    if try cursor.takeNull() { return nil }
    var rows = ListedRows()
    try cursor.beginArray()
    let start = cursor.position
    while try cursor.nextElement() {
      try takeEntry(into: &rows)
      if rows.rows.count == Self.rowsBeforeReserving, !hasReserved {
        hasReserved = true
        rows.reserve(bytes: cursor.end - start, ofWhichRead: cursor.position - start)
      }
    }
    return rows
  }

  /// One entry and the list in it, as the next row.
  mutating func takeEntry(into rows: inout ListedRows) throws(JSONFault) {
    if try takePlainRow(into: &rows) { return }
    let start = rows.tokens.count
    unknownTexts.removeAll(keepingCapacity: true)
    let entry = try takeNamedEntry(into: &rows)
    var row = ListedRows.Row(list: start..<rows.tokens.count)
    switch entry.name {
    case .id(let token):
      row.emitted = ListedToken(token: token, logprob: entry.logprob, rank: entry.rank)
    case .text(let text):
      row.textLogprob = entry.logprob
      // The list repeats the emitted token; what is not known of it is not known of another.
      unknownTexts.removeAll { $0.text == text && $0.logprob == entry.logprob }
      row.emitted = emitted(text, entry, &rows)
    case nil: rows.hasTextTokens = true
    }
    row.leftOut = takeLeftOut(into: &rows)
    row.list = start..<rows.tokens.count
    rows.rows.append(row)
  }

  private func emitted(_ text: [UInt8], _ entry: NamedEntry, _ rows: inout ListedRows) -> ListedToken? {
    guard let lookup else {
      rows.hasTextTokens = true
      return nil
    }
    let listed = ListedToken(token: TokenID(0), logprob: entry.logprob, rank: entry.rank)
    let match = entry.hasBytes ? lookup.match(bytes: text) : lookup.match(text: text)
    return rows.emitted(match, text: text, row: rows.rows.count, listed)
  }

  /// Forgets the listed tokens that could not be told, and gives the largest of their logprobs.
  mutating func takeLeftOut(into rows: inout ListedRows) -> Double? {
    guard !unknownTexts.isEmpty else { return nil }
    rows.add(leftOut: unknownTexts.count)
    let largest = unknownTexts.lazy.map(\.logprob).filter { !$0.isNaN }.max()
    unknownTexts.removeAll(keepingCapacity: true)
    return largest
  }

  /// An array of listed tokens.
  mutating func takeList(into rows: inout ListedRows) throws(JSONFault) {
    if try cursor.takeNull() { return }
    try cursor.beginArray()
    while try cursor.nextElement() {
      if takePlainEntries(into: &rows) { continue }
      if !checksNames(in: rows), takePlainEntry(into: &rows) { continue }
      let entry = try takeNamedEntry(into: &rows)
      switch entry.name {
      case .id(let token):
        rows.tokens.append(ListedToken(token: token, logprob: entry.logprob, rank: entry.rank))
      case .text(let text):
        guard let lookup else {
          rows.hasTextTokens = true
          continue
        }
        let match = entry.hasBytes ? lookup.match(bytes: text) : lookup.match(text: text)
        if case .one(let token) = match {
          rows.tokens.append(ListedToken(token: token, logprob: entry.logprob, rank: entry.rank))
        } else {
          unknownTexts.append((text, entry.logprob))
        }
      case nil: rows.hasTextTokens = true
      }
    }
  }

  /// Whether texts beside the ids are still held against the vocabulary.
  @inline(__always)
  func checksNames(in rows: ListedRows) -> Bool { hasLookup && rows.names.isOpen }

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

  /// One entry of a list, whatever it names its token by.
  private struct NamedEntry {
    var name: NamedToken?
    /// The text is that of the member `bytes`.
    var hasBytes = false
    var logprob = Double.nan
    var rank: Int32?
  }

  /// One entry. A list inside it is appended to `rows`.
  private mutating func takeNamedEntry(into rows: inout ListedRows) throws(JSONFault) -> NamedEntry {
    var entry = NamedEntry()
    var token: TokenID?
    var bytes: [UInt8]?
    let listStart = rows.tokens.count
    // Servers that write the bytes of a token write those of the sampled one.
    var (hasID, hasBytes) = (false, false)
    try cursor.beginObject()
    while let key = try cursor.nextKey() {
      switch key {
      case keys.tokenID: token = try takeTokenID()
      case keys.logprob: entry.logprob = try takeLogprob(into: &rows)
      case keys.rank: entry.rank = try takeRank()
      case keys.topLogprobs: try takeList(into: &rows)
      case keys.token, keys.text, keys.decodedToken:
        let name = try takeNamedToken()
        if case .id(let id) = name { token = id } else { entry.name = name }
      case keys.id:
        token = try takeTokenID()
        hasID = true
      case keys.bytes:
        hasBytes = true
        if lookup == nil { try cursor.skip() } else { bytes = try takeBytes() }
      case keys.probability, keys.probabilities:
        rows.holdsProbabilities = true
        try cursor.skip()
      default: try cursor.skip()
      }
    }
    if hasID, !hasBytes, rows.tokens.count > listStart { rows.lacksEmitted = true }
    if let token {
      var text = bytes
      if text == nil, case .text(let name) = entry.name { text = name }
      if let lookup, rows.names.isOpen { rows.names.add(token, text, lookup) }
      entry.name = .id(token)
    } else if let bytes {
      entry.name = .text(bytes)
      entry.hasBytes = true
    }
    return entry
  }

  /// `[72, 101]`, nil for null and for nothing.
  private mutating func takeBytes() throws(JSONFault) -> [UInt8]? {
    if try cursor.takeNull() { return nil }
    var bytes: [UInt8] = []
    try cursor.beginArray()
    while try cursor.nextElement() {
      let start = cursor.position
      guard let byte = UInt8(exactly: try cursor.takeInteger()) else {
        throw JSONFault(offset: start, reason: .expected("a byte from 0 to 255"))
      }
      bytes.append(byte)
    }
    return bytes.isEmpty ? nil : bytes
  }
}

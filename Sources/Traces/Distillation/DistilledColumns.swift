import Tokenization

/// The columns of one record of a distillation data set: the ids of a text, and lists for each of its tokens but the first.
///
/// Two kinds: DistillKit's codec (`bytepacked_indices`, `compressed_logprobs`), and plain lists (`token_ids` and
/// `top_values`, or `target_token_ids` and `target_logprobs`). Lists hold the most probable tokens, whether the text's
/// own is among them or not.
struct DistilledColumns: Equatable {
  /// The text; nil where the record has none.
  var tokens: [Int]?
  /// The number of the document to which each token belongs in a record that several share; 0 for padding.
  var documents: [Int]?
  var packedIDs: [[UInt8]]?
  var packedValues: [[UInt8]]?
  var ids: [[Int]]?
  var values: [[Double]]?
  /// The most digits behind the decimal point of any plain value.
  var decimals = 0
  /// Rows are about the last tokens of the text, each about the token beside it: an answer without its prompt.
  var isAnswer = false

  /// The text as a scored prompt.
  ///
  /// - Parameter config: How the rows are packed; nil where no such file was found.
  func choice(_ config: DistillationConfig?) throws(TraceError.Problem) -> RecordDraft.Choice {
    guard let tokens else { throw .noTokenIDs }
    var rows = try listed(tokens, config)
    if isAnswer {
      let missing = tokens.count - rows.rows.count
      guard missing >= 0 else { throw .rowCount(found: rows.rows.count, expected: tokens.count) }
      rows.rows = Array(repeating: nil, count: missing) + rows.rows
      return RecordDraft.Choice(promptTokens: tokens, promptRows: rows, promptLength: missing)
    }
    // Row i is about token i + 1; where a row is left over, the writer scored the token that it put behind the text.
    guard rows.rows.count == tokens.count - 1 || rows.rows.count == tokens.count, !tokens.isEmpty else {
      throw .rowCount(found: rows.rows.count, expected: max(0, tokens.count - 1))
    }
    rows.rows = [nil] + rows.rows.prefix(tokens.count - 1)
    if let documents {
      guard documents.count == tokens.count else {
        throw .rowCount(found: documents.count, expected: tokens.count)
      }
      // Nothing predicts the first token of a document, and padding is none.
      for place in tokens.indices.dropFirst()
      where documents[place] == 0 || documents[place] != documents[place - 1] {
        rows.rows[place] = nil
      }
    }
    return RecordDraft.Choice(promptTokens: tokens, promptRows: rows)
  }

  private func listed(
    _ tokens: [Int], _ config: DistillationConfig?
  ) throws(TraceError.Problem) -> ListedRows {
    if let packedIDs, let packedValues {
      guard let config else { throw .noDistillationConfig }
      guard packedIDs.count == packedValues.count else {
        throw .rowCount(found: packedValues.count, expected: packedIDs.count)
      }
      return try unpacked(packedIDs, packedValues, tokens, config)
    }
    guard let ids, let values else { throw .noLogprobs }
    guard ids.count == values.count else { throw .rowCount(found: values.count, expected: ids.count) }
    var listed = ListedRows()
    listed.decimals = decimals
    for (row, (ids, values)) in zip(ids, values).enumerated() {
      guard ids.count == values.count else {
        throw .distilledBytes(column: "top_values", row: row, found: values.count, expected: ids.count)
      }
      try listed.append(ids, values, emitted: nil)
    }
    return listed
  }

  /// Only stored logprobs are listed: those that a polynomial stands for have no bound. Of the emitted token among the
  /// latter the rank is known.
  private func unpacked(
    _ ids: [[UInt8]], _ values: [[UInt8]], _ tokens: [Int], _ config: DistillationConfig
  ) throws(TraceError.Problem) -> ListedRows {
    guard config.exact > 0 else { throw .distillationSetting(name: "exact_k", found: "0") }
    var listed = ListedRows()
    for (row, (ids, values)) in zip(ids, values).enumerated() {
      let unpacked = try DistilledRow(values: values, ids: ids, config, row: row)
      listed.storageRounding = max(listed.storageRounding, unpacked.rounding)
      var emitted: ListedToken?
      if row + 1 < tokens.count, let id = Int32(exactly: tokens[row + 1]), id >= 0,
        let place = unpacked.ids.firstIndex(of: Int(id))
      {
        emitted = ListedToken(token: TokenID(id), logprob: .nan, rank: Int32(clamping: place + 1))
      }
      try listed.append(
        Array(unpacked.ids.prefix(config.exact)), Array(unpacked.logprobs.prefix(config.exact)),
        emitted: emitted)
    }
    return listed
  }
}

extension ListedRows {
  fileprivate mutating func append(
    _ ids: [Int], _ logprobs: [Double], emitted: ListedToken?
  ) throws(TraceError.Problem) {
    let start = tokens.count
    for (place, (id, logprob)) in zip(ids, logprobs).enumerated() {
      guard let number = Int32(exactly: id), number >= 0 else {
        throw .tokenID(id, index: place, vocabularySize: nil)
      }
      tokens.append(ListedToken(token: TokenID(number), logprob: logprob, rank: nil))
    }
    rows.append(Row(list: start..<tokens.count, emitted: emitted))
  }
}

/// The shape of distillation data sets, as their columns stand in JSON.
extension RecordReader {
  /// Takes the value of a column, nil columns included.
  mutating func readDistilled(_ key: JSONKey) throws(JSONFault) {
    let isNested = cursor.nextByte() == UInt8(ascii: "[") ? try cursor.startsWithArray() : nil
    // Other records have members of these names that are no columns.
    guard isNested == ![keys.inputIDs, keys.attentionMask].contains(key) else { return try cursor.skip() }
    var columns = draft.distilled ?? DistilledColumns()
    switch key {
    case keys.inputIDs: columns.tokens = try takeIntegers()
    case keys.attentionMask: columns.documents = try takeIntegers()
    case keys.bytepackedIndices: columns.packedIDs = try takeByteLists()
    case keys.compressedLogprobs: columns.packedValues = try takeByteLists()
    case keys.tokenIDs, keys.targetTokenIDs:
      columns.isAnswer = key == keys.targetTokenIDs
      columns.ids = try takeLists { (cursor) throws(JSONFault) in try cursor.takeInteger() }
    default:
      var decimals = 0
      columns.values = try takeLists { (cursor) throws(JSONFault) in
        if try cursor.takeNull() { return .nan }
        let number = try cursor.takeNumber()
        decimals = max(decimals, number.decimals)
        return number.value
      }
      columns.decimals = max(columns.decimals, decimals)
    }
    draft.distilled = columns
  }

  private mutating func takeByteLists() throws(JSONFault) -> [[UInt8]] {
    try takeLists { (cursor) throws(JSONFault) in
      let start = cursor.position
      guard let byte = UInt8(exactly: try cursor.takeInteger()) else {
        throw JSONFault(offset: start, reason: .expected("a byte from 0 to 255"))
      }
      return byte
    }
  }

  private mutating func takeLists<Element>(
    _ take: (inout JSONCursor) throws(JSONFault) -> Element
  ) throws(JSONFault) -> [[Element]] {
    var lists: [[Element]] = []
    try cursor.beginArray()
    while try cursor.nextElement() {
      var list: [Element] = []
      try cursor.beginArray()
      while try cursor.nextElement() { list.append(try take(&cursor)) }
      lists.append(list)
    }
    return lists
  }
}

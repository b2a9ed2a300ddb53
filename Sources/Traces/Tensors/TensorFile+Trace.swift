import Tokenization

extension TensorFile {
  /// One sequence of the batch.
  func trace(at index: Int) throws(TraceError.Problem) -> Trace {
    for tensor in [tokens, scores] + (head.map { [$0.weights] } ?? []) {
      try tensor.storage.checkUnchanged()
    }
    let padded = try part(index, of: tokens)
    let kept = try unpadded(padded.count, at: index)
    let vocabularySize = isSparse ? nil : rowLength
    let ids = try tokenIDs(Array(padded[kept]), vocabularySize: vocabularySize)
    // Rows stand beside the padded tokens.
    let (predicted, firstRow) = try predictedTokens(of: padded.count, keeping: kept)
    let mask = try lossMask(of: padded.count, at: index).map { Array($0[kept]) }
    let rows: Trace.Rows =
      isSparse
      ? .truncated(try listedRows(predicting: predicted.map { ids[$0] }))
      : .dense(try denseRows(predicted.count, from: index * rowCount + firstRow))
    let entry = entry(at: index)
    return Trace(
      id: entry.id, model: entry.model, task: entry.task, prompt: entry.prompt, tokens: ids,
      promptLength: try promptLength(
        of: ids.count, mask: mask, positions: self["positions"] == nil && !isGenerated ? nil : predicted),
      predicted: predicted, rows: rows,
      masked: mask.map { mask in predicted.indices.filter { mask[predicted[$0]] == 0 } } ?? [])
  }

  /// The whole numbers that one sequence has in a tensor [T] or [B, T].
  private func part(
    _ index: Int, of tensor: Tensor
  ) throws(TraceError.Problem) -> [Int] {
    let all = try tensor.integers()
    let length = all.count / batchSize
    guard length * batchSize == all.count else {
      throw .tensorShape(tensor: tensor.name, found: tensor.shape, expected: "[\(batchSize), tokens]")
    }
    return Array(all[index * length..<(index + 1) * length])
  }

  /// The tokens that are no padding: all of them, or the one stretch that the attention mask keeps.
  private func unpadded(
    _ count: Int, at index: Int
  ) throws(TraceError.Problem) -> Range<Int> {
    guard let tensor = self["attention_mask"] else { return 0..<count }
    let mask = try part(index, of: tensor)
    let first = mask.firstIndex { $0 != 0 } ?? 0
    let end = mask.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
    guard mask.count == count, mask[first..<end].allSatisfy({ $0 != 0 }) else {
      throw .tensorShape(
        tensor: tensor.name, found: tensor.shape, expected: "one stretch of ones among \(count) tokens")
    }
    return first..<end
  }

  /// Which token each row predicts, as `positions` says, otherwise the next one; and the first of these rows.
  private func predictedTokens(
    of count: Int, keeping kept: Range<Int>
  ) throws(TraceError.Problem) -> (predicted: [Int], firstRow: Int) {
    if isGenerated {
      let start = count - rowCount
      guard start > 0 else { throw .rowCount(found: rowCount, expected: max(count - 1, 0)) }
      let answer = Range(max(start, kept.lowerBound)...max(start, kept.lowerBound, kept.upperBound - 1))
      guard answer.lowerBound < kept.upperBound else { return ([], 0) }
      return (answer.map { $0 - kept.lowerBound }, answer.lowerBound - start)
    }
    guard let tensor = self["positions"] else {
      // The row behind the last token predicts one that the file does not hold.
      guard count > 0, rowCount == count || rowCount == count - 1 else {
        throw .rowCount(found: rowCount, expected: max(count - 1, 0))
      }
      return (Array((kept.isEmpty ? 0 : 1)..<kept.count), kept.lowerBound)
    }
    let positions = try tensor.integers()
    guard batchSize == 1, positions.count == rowCount else {
      throw .tensorShape(
        tensor: tensor.name, found: tensor.shape, expected: "[\(rowCount)], one for each row")
    }
    for (row, position) in positions.enumerated() {
      let least = row == 0 ? kept.lowerBound : positions[row - 1] + 1
      guard (least..<max(kept.upperBound, least)).contains(position) else {
        throw .position(position, row: row, tokens: count)
      }
    }
    return (positions.map { $0 - kept.lowerBound }, 0)
  }

  private func lossMask(
    of count: Int, at index: Int
  ) throws(TraceError.Problem) -> [Int]? {
    guard let tensor = self["loss_mask"] else { return nil }
    let mask = try part(index, of: tensor)
    guard mask.count == count else {
      throw .tensorShape(tensor: tensor.name, found: tensor.shape, expected: "[\(count)], one for each token")
    }
    return mask
  }

  /// What the metadata says where the source of the file did not know.
  static let unknownPromptLength = "unknown"

  /// The metadata's `prompt_length`; else the tokens before the first one to be scored; else before the first row,
  /// where the file chose its rows. Rows from token 1 on are no choice: nothing is known before token 0.
  private func promptLength(
    of count: Int, mask: [Int]?, positions: [Int]?
  ) throws(TraceError.Problem) -> Int? {
    if batchSize == 1, let text = metadata["prompt_length"] ?? metadata["prompt_len"] {
      if text == Self.unknownPromptLength { return nil }
      guard let stated = Int(text), (0...count).contains(stated) else {
        throw .promptLength(text, tokens: count)
      }
      return stated
    }
    if let first = mask?.firstIndex(where: { $0 != 0 }), first > 0 { return first }
    if let first = positions?.first, first > 1 || isGenerated { return first }
    return nil
  }
}

/// These numbers as token ids.
func tokenIDs(_ numbers: [Int], vocabularySize: Int?) throws(TraceError.Problem) -> [TokenID] {
  var ids: [TokenID] = []
  ids.reserveCapacity(numbers.count)
  for (index, number) in numbers.enumerated() {
    guard number >= 0, let id = Int32(exactly: number), number < vocabularySize ?? Int.max else {
      throw .tokenID(number, index: index, vocabularySize: vocabularySize)
    }
    ids.append(TokenID(id))
  }
  return ids
}

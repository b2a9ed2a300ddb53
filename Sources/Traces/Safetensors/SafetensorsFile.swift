import Tokenization

/// One sequence in a safetensors file: token ids, and a row of scores for each predicted token.
///
/// Names: `tokens` or `input_ids` [T]; `logits` or `logprobs` [R, V] or [1, R, V]; optionally `positions` [R], the
/// index of the token that each row predicts, and `loss_mask` [T], 0 where a token is not to be scored.
struct SafetensorsFile: Sendable {
  static let tokenNames = ["tokens", "input_ids"]
  static let scoreNames = ["logits", "logprobs"]

  let storage: ByteStorage
  let header: SafetensorsHeader
  let scores: SafetensorsTensor
  let encoding: DenseRow.Encoding
  let rowCount: Int
  let vocabularySize: Int
  private let tokens: SafetensorsTensor

  /// Reads the header, and picks the tensor of this name as the scores.
  init(_ storage: ByteStorage, scoresNamed name: String?) throws(TraceError.Problem) {
    self.storage = storage
    header = try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in try SafetensorsHeader(file) }
    scores = try Self.tensor(named: name.map { [$0] } ?? Self.scoreNames, in: header)
    encoding = try scores.encoding()
    let shape =
      scores.shape.first == 1 && scores.shape.count == 3 ? Array(scores.shape.dropFirst()) : scores.shape
    guard shape.count == 2, shape[1] > 0 else {
      throw .tensorShape(tensor: scores.name, found: scores.shape, expected: "[rows, vocabulary]")
    }
    rowCount = shape[0]
    vocabularySize = shape[1]
    tokens = try Self.tensor(named: Self.tokenNames, in: header)
    guard tokens.shape.count == 1 || (tokens.shape.count == 2 && tokens.shape[0] == 1) else {
      throw .tensorShape(tensor: tokens.name, found: tokens.shape, expected: "[tokens]")
    }
  }

  private static func tensor(
    named names: [String], in header: SafetensorsHeader
  ) throws(TraceError.Problem) -> SafetensorsTensor {
    for name in names {
      if let tensor = header[name] { return tensor }
    }
    throw .noTensor(wanted: names, found: header.tensors.map(\.name).sorted())
  }

  var entry: TraceEntry {
    TraceEntry(
      id: header.metadata["trace_id"], model: header.metadata["model"], task: header.metadata["task"],
      prompt: header.metadata["prompt_id"])
  }

  func trace() throws(TraceError.Problem) -> Trace {
    try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in try trace(in: file) }
  }

  private func trace(in file: UnsafeRawBufferPointer) throws(TraceError.Problem) -> Trace {
    let ids = try tokenIDs(tokens.integers(in: file), vocabularySize: vocabularySize)
    let predicted = try predictedTokens(of: ids.count, in: file)
    let mask = try lossMask(of: ids.count, in: file)
    let rowSize = vocabularySize * encoding.scoreSize
    let rows = predicted.indices.map { row in
      DenseRow(
        storage: storage, offset: scores.bytes.lowerBound + row * rowSize, count: vocabularySize,
        encoding: encoding)
    }
    return Trace(
      id: entry.id, model: entry.model, task: entry.task, prompt: entry.prompt, tokens: ids,
      promptLength: promptLength(mask: mask, positions: header["positions"] == nil ? nil : predicted),
      predicted: predicted, rows: .dense(rows),
      masked: mask.map { mask in predicted.indices.filter { mask[predicted[$0]] == 0 } } ?? [])
  }

  /// Which token each row predicts: as `positions` says, otherwise the next one.
  private func predictedTokens(
    of count: Int, in file: UnsafeRawBufferPointer
  ) throws(TraceError.Problem) -> [Int] {
    guard let tensor = header["positions"] else {
      // The row behind the last token predicts one that the file does not hold.
      guard count > 0, rowCount == count || rowCount == count - 1 else {
        throw .rowCount(found: rowCount, expected: max(count - 1, 0))
      }
      return Array(1..<count)
    }
    let positions = try tensor.integers(in: file)
    guard positions.count == rowCount else { throw .rowCount(found: rowCount, expected: positions.count) }
    for (row, position) in positions.enumerated() {
      let least = row == 0 ? 0 : positions[row - 1] + 1
      guard (least..<max(count, least)).contains(position) else {
        throw .position(position, row: row, tokens: count)
      }
    }
    return positions
  }

  private func lossMask(
    of count: Int, in file: UnsafeRawBufferPointer
  ) throws(TraceError.Problem) -> [Int]? {
    guard let tensor = header["loss_mask"] else { return nil }
    let mask = try tensor.integers(in: file)
    guard mask.count == count else {
      throw .tensorShape(tensor: tensor.name, found: tensor.shape, expected: "[\(count)], one for each token")
    }
    return mask
  }

  /// The metadata's `prompt_length`; else the tokens before the first one to be scored; else before the first row,
  /// where the file chose its rows. Rows from token 1 on are no choice: nothing is known before token 0.
  private func promptLength(mask: [Int]?, positions: [Int]?) -> Int? {
    if let stated = header.metadata["prompt_length"].flatMap(Int.init)
      ?? header.metadata["prompt_len"].flatMap(Int.init)
    {
      return stated
    }
    if let first = mask?.firstIndex(where: { $0 != 0 }), first > 0 { return first }
    if let first = positions?.first, first > 1 { return first }
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

import Tokenization

/// Scores of listed tokens only: `indices` [R, K] beside `logits` or `logprobs` [R, K].
extension TensorFile {
  static let normaliserName = "logsumexp"

  /// Rows of the listed tokens; row i is about `emitted[i]`.
  ///
  /// The K tokens are taken for the K most probable, in any order. Logits need `logsumexp` [R], the logarithm of the
  /// sum over the whole vocabulary: no logprob follows from listed logits alone. The emitted token's own logprob and
  /// rank come from `target_logprobs` and `target_ranks` [R], where the file has them.
  func listedRows(
    predicting emitted: [TokenID], in file: UnsafeRawBufferPointer
  ) throws(TraceError.Problem) -> [TruncatedRow?] {
    guard batchSize == 1, let indices = self["indices"], indices.shape == scores.shape else {
      throw .tensorShape(
        tensor: "indices", found: self["indices"]?.shape ?? [],
        expected: "\(scores.shape), as \"\(scores.name)\" has")
    }
    let ids = try tokenIDs(indices.integers(in: file), vocabularySize: nil)
    let encoding = try scores.encoding()
    let normalisers = try rowNumbers(Self.normaliserName, in: file)
    guard scores.name == "logprobs" || normalisers != nil else {
      throw .noTensor(wanted: [Self.normaliserName], found: tensorNames)
    }
    let emittedLogprobs = try rowNumbers("target_logprobs", in: file)
    let emittedRanks = try self["target_ranks"]?.integers(in: file)
    guard emittedRanks.map({ $0.count == rowCount }) ?? true else {
      throw .rowCount(found: emittedRanks?.count ?? 0, expected: rowCount)
    }
    var listed = ListedRows()
    for row in emitted.indices {
      let scores = DenseRow(
        storage: storage, offset: scores.bytes.lowerBound + row * rowLength * encoding.scoreSize,
        count: rowLength,
        encoding: encoding
      ).scores()
      let start = listed.tokens.count
      for (place, score) in scores.enumerated() {
        let logprob = Double(score) - (normalisers?[row] ?? 0)
        listed.tokens.append(ListedToken(token: ids[row * rowLength + place], logprob: logprob, rank: nil))
        listed.storageRounding = max(listed.storageRounding, encoding.rounding(of: score))
      }
      let own = emittedLogprobs.map {
        ListedToken(
          token: emitted[row], logprob: $0[row], rank: emittedRanks.flatMap { Int32(exactly: $0[row]) })
      }
      listed.rows.append(ListedRows.Row(list: start..<listed.tokens.count, emitted: own))
    }
    return try RowNormaliser.rows(listed, emitted: emitted[...])
  }

  /// The numbers of a tensor [R], nil where the file has none of this name.
  private func rowNumbers(
    _ name: String, in file: UnsafeRawBufferPointer
  ) throws(TraceError.Problem) -> [Double]? {
    guard let tensor = self[name] else { return nil }
    let encoding = try tensor.encoding()
    let count = tensor.bytes.count / encoding.scoreSize
    guard count == rowCount else {
      throw .tensorShape(tensor: name, found: tensor.shape, expected: "[\(rowCount)], one for each row")
    }
    let row = DenseRow(storage: storage, offset: tensor.bytes.lowerBound, count: count, encoding: encoding)
    return row.scores().map(Double.init)
  }
}

extension DenseRow.Encoding {
  /// How far storing a score in this encoding moved it at most.
  func rounding(of score: Float) -> Double {
    guard score.isFinite else { return 0 }
    switch self {
    case .float32: return Double(score.ulp) / 2
    case .float16: return Double(Float16(score).ulp) / 2
    // Eight significant bits, where single precision has 24.
    case .bfloat16: return Double(score.ulp) * 0x1p16 / 2
    case .affine16: return 0
    }
  }
}

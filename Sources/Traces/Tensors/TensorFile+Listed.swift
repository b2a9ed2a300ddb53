import Tokenization

/// Scores of listed tokens only: `indices` [R, K] beside `logits` or `logprobs` [R, K].
extension TensorFile {
  static let normaliserName = "logsumexp"
  /// How far each row's logprobs can be from the true ones, in nats; NaN for a position that has no row.
  static let precisionName = "precision"
  /// The largest logprob that a token outside each row's list can have, in nats.
  static let capsName = "unlisted_caps"

  /// Rows of the listed tokens; row i is about `emitted[i]`.
  ///
  /// The K tokens are taken for the K most probable, in any order. Logits need `logsumexp` [R], the logarithm of the
  /// sum over the whole vocabulary: no logprob follows from listed logits alone. The emitted token's own logprob and
  /// rank come from `target_logprobs` and `target_ranks` [R], where the file has them. `unlisted_caps` [R] says how
  /// probable a token outside the list can be, where the list does not tell: some of its tokens may be unknown.
  func listedRows(predicting emitted: [TokenID]) throws(TraceError.Problem) -> [TruncatedRow?] {
    guard batchSize == 1, let indices = self["indices"], indices.shape == scores.shape else {
      throw .tensorShape(
        tensor: "indices", found: self["indices"]?.shape ?? [],
        expected: "\(scores.shape), as \"\(scores.name)\" has")
    }
    // −1 fills up rows that list fewer tokens than others.
    let numbers = try indices.integers()
    let ids = try tokenIDs(numbers.map { $0 == -1 ? 0 : $0 }, vocabularySize: nil)
    let values = try scores.doubles()
    let normalisers = try rowNumbers(Self.normaliserName)
    guard scores.name == "logprobs" || normalisers != nil else {
      throw .noTensor(wanted: [Self.normaliserName], found: tensorNames)
    }
    let emittedLogprobs = try rowNumbers("target_logprobs")
    let emittedRanks = try self["target_ranks"]?.integers()
    guard emittedRanks.map({ $0.count == rowCount }) ?? true else {
      throw .rowCount(found: emittedRanks?.count ?? 0, expected: rowCount)
    }
    let precisions = try rowNumbers(Self.precisionName)
    let caps = try rowNumbers(Self.capsName)
    var listed = ListedRows()
    for row in emitted.indices {
      guard precisions.map({ !$0[row].isNaN }) ?? true else {
        listed.rows.append(nil)
        continue
      }
      let start = listed.tokens.count
      for place in row * rowLength..<(row + 1) * rowLength where numbers[place] != -1 {
        let logprob = values[place] - (normalisers?[row] ?? 0)
        listed.tokens.append(ListedToken(token: ids[place], logprob: logprob, rank: nil))
        listed.storageRounding = max(listed.storageRounding, scores.rounding(of: values[place]))
      }
      let own = emittedLogprobs.map {
        ListedToken(
          token: emitted[row], logprob: $0[row],
          rank: emittedRanks.flatMap { Int32(exactly: $0[row]) }.flatMap { $0 > 0 ? $0 : nil })
      }
      listed.rows.append(
        ListedRows.Row(list: start..<listed.tokens.count, emitted: own, precision: precisions?[row]))
    }
    if let caps { listed = try listed.capped(by: caps) }
    return try RowNormaliser.rows(listed, emitted: emitted[...])
  }

  /// The numbers of a tensor [R], nil where the file has none of this name.
  private func rowNumbers(_ name: String) throws(TraceError.Problem) -> [Double]? {
    guard let tensor = self[name] else { return nil }
    let numbers = try tensor.doubles()
    guard numbers.count == rowCount else {
      throw .tensorShape(tensor: name, found: tensor.shape, expected: "[\(rowCount)], one for each row")
    }
    return numbers
  }
}

extension DenseRow.Encoding {
  /// How far storing moved a score that this encoding holds, at most.
  func rounding(of score: Float) -> Double {
    guard score.isFinite else { return 0 }
    switch self {
    case .float32: return Double(score.lastPlace) / 2
    // Eleven and eight significant bits, where single precision has 24; the steps of small halves do not shrink.
    case .float16: return max(Double(score.lastPlace) * 0x1p13, 0x1p-24) / 2
    case .bfloat16: return Double(score.lastPlace) * 0x1p16 / 2
    case .affine16: return 0
    }
  }
}

extension Float {
  /// `ulp` of a finite number, without the branches that the standard library takes for others.
  @inline(__always)
  fileprivate var lastPlace: Float {
    max(Float(bitPattern: bitPattern & 0x7F80_0000) * 0x1p-23, .leastNonzeroMagnitude)
  }
}

/// The last layer of a model, which makes a score for each token of the vocabulary of one hidden state.
///
/// `score(v) = Σₕ hidden(h) · weights(v, h) + bias(v)`
///
/// The products of single, half and bfloat precision are exact in double precision, in which they are summed; only the
/// score is rounded, to single. The hidden states must be those behind the last normalisation, as the last element of
/// `hidden_states` is in Hugging Face's models; a model that caps its logits afterwards needs them stored instead.
struct OutputHead: Sendable {
  static let hiddenNames = ["hidden_states", "last_hidden_state"]
  /// Where the head is tied to the embedding, files of weights hold only the latter.
  static let weightNames = [
    "lm_head.weight", "lm_head", "model.embed_tokens.weight", "embed_tokens.weight", "transformer.wte.weight",
  ]
  static let biasName = "lm_head.bias"
  /// Hidden states that are multiplied in one pass over the weights.
  private static let passRows = 64

  /// Shape [R, H], [1, R, H] or [B, R, H].
  let hidden: Tensor
  /// Shape [V, H].
  let weights: Tensor
  private let bias: [Double]

  /// The head among these tensors; nil where they hold scores, or no hidden states.
  init?(among tensors: [Tensor]) throws(TraceError.Problem) {
    func tensor(named names: [String]) -> Tensor? {
      names.lazy.compactMap { name in tensors.first { $0.name == name } }.first
    }
    guard tensor(named: TensorFile.scoreNames + ["indices"]) == nil,
      let hidden = tensor(named: Self.hiddenNames)
    else {
      return nil
    }
    guard let weights = tensor(named: Self.weightNames) else {
      throw .noTensor(wanted: Self.weightNames, found: tensors.map(\.name).sorted())
    }
    guard let width = hidden.shape.last, width > 0, weights.shape.count == 2, weights.shape[0] > 0,
      weights.shape[1] == width
    else {
      throw .tensorShape(
        tensor: weights.name, found: weights.shape,
        expected: "[vocabulary, \(hidden.shape.last.map(String.init) ?? "width")]")
    }
    for tensor in [hidden, weights] where !Tensor.scoreTypes.contains(tensor.type) {
      throw .tensorType(tensor: tensor.name, found: tensor.type, expected: Tensor.scoreTypes)
    }
    self.hidden = hidden
    self.weights = weights
    let bias = tensor(named: [Self.biasName])
    if let bias, bias.shape != [weights.shape[0]] {
      throw .tensorShape(tensor: bias.name, found: bias.shape, expected: "[\(weights.shape[0])]")
    }
    self.bias = try bias?.doubles() ?? []
  }

  var vocabularySize: Int { weights.shape[0] }
  private var width: Int { weights.shape[1] }

  /// Rows of scores for these hidden states of the whole batch, in a scratch file.
  func rows(_ range: Range<Int>) throws(TraceError.Problem) -> [DenseRow] {
    let scratch = try ScratchFile()
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.passRows) {
      let states = try (start..<min(start + Self.passRows, range.upperBound)).map {
        (row) throws(TraceError.Problem) in try hidden.vector(row, length: width)
      }
      try scratch.append(try scores(of: states))
    }
    let storage = try scratch.storage()
    return range.map { row in
      DenseRow(
        storage: storage, offset: (row - range.lowerBound) * vocabularySize * 4, count: vocabularySize,
        encoding: .float32)
    }
  }

  /// The scores of these states, one row behind the other.
  private func scores(of states: [[Double]]) throws(TraceError.Problem) -> [Float] {
    var scores = [Float](repeating: 0, count: states.count * vocabularySize)
    for token in 0..<vocabularySize {
      let weights = try weights.vector(token, length: width)
      for (row, state) in states.enumerated() {
        let score = dotProduct(state, weights) + (bias.isEmpty ? 0 : bias[token])
        scores[row * vocabularySize + token] = Float(score)
      }
    }
    return scores
  }
}

/// `Σ a(i) · b(i)` in eight sums that are added up at the end.
///
/// - Precondition: Both have the same length.
func dotProduct(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) and \(b.count) numbers must pair")
  return a.withUnsafeBytes { a in
    b.withUnsafeBytes { b in
      let stepSize = MemoryLayout<SIMD8<Double>>.size
      var sums = SIMD8<Double>.zero
      var offset = 0
      while offset + stepSize <= a.count {
        sums +=
          a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
          * b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
        offset += stepSize
      }
      var sum = sums.sum()
      while offset < a.count {
        sum +=
          a.loadUnaligned(fromByteOffset: offset, as: Double.self)
          * b.loadUnaligned(fromByteOffset: offset, as: Double.self)
        offset += MemoryLayout<Double>.size
      }
      return sum
    }
  }
}

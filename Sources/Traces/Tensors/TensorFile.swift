/// Named tensors that hold one sequence, or a batch of padded ones.
///
/// Names: `tokens` or `input_ids` [T]; `logits` or `logprobs` [R, V] or [1, R, V]; optionally `positions` [R], the
/// index of the token that each row predicts, and `loss_mask` [T], 0 where a token is not to be scored. A batch has
/// [B, R, V] and [B, T], and `attention_mask` [B, T], 0 where a token is padding. With `indices` [R, K] the scores
/// are those of the K listed tokens, made logprobs by `logsumexp` [R] where they are logits.
///
/// What transformers' `generate` returns has other names: `sequences` holds prompt and answer, of which the rows are about
/// the answer alone, and `scores` what was sampled from, after temperature and top-p.
struct TensorFile: Sendable {
  static let tokenNames = ["tokens", "input_ids"]
  static let scoreNames = ["logits", "logprobs"]
  static let generatedTokens = "sequences"
  static let generatedScores = "scores"

  let format: TraceFormat
  let metadata: [String: String]
  /// The scores, or the hidden states from which ``head`` makes them.
  let scores: Tensor
  /// What makes scores of hidden states; nil where the file holds the scores themselves.
  let head: OutputHead?
  let tokens: Tensor
  /// The sequences of the batch; 1 for a file of one sequence.
  let batchSize: Int
  /// The rows of each sequence.
  let rowCount: Int
  /// The scores of each row: V, or the listed tokens.
  let rowLength: Int
  private let tensors: [String: Tensor]

  /// Picks the tensors that make a trace; `name` is that of the scores, where it is not one of the usual.
  init(_ container: TensorContainer, scoresNamed name: String?) throws(TraceError.Problem) {
    format = container.format
    let tensors = container.tensors
    self.tensors = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    head = name == nil ? try OutputHead(among: tensors) : nil
    if let head {
      scores = head.hidden
    } else {
      scores = try Self.tensor(
        named: name.map { [$0] } ?? Self.scoreNames, orElse: name == nil ? Self.generatedScores : nil,
        among: tensors)
    }
    var metadata = container.metadata
    if scores.name == Self.generatedScores { metadata["stage"] = metadata["stage"] ?? "processed" }
    self.metadata = metadata
    guard Tensor.scoreTypes.contains(scores.type) else {
      throw .tensorType(tensor: scores.name, found: scores.type, expected: Tensor.scoreTypes)
    }
    let shape = scores.shape.count == 2 ? [1] + scores.shape : scores.shape
    guard shape.count == 3, shape[0] > 0, shape[2] > 0 else {
      throw .tensorShape(tensor: scores.name, found: scores.shape, expected: "[rows, vocabulary]")
    }
    (batchSize, rowCount, rowLength) = (shape[0], shape[1], head?.vocabularySize ?? shape[2])
    tokens = try Self.tensor(named: Self.tokenNames, orElse: Self.generatedTokens, among: tensors)
    let isFlat = tokens.shape.count == 1 && batchSize == 1
    guard isFlat || (tokens.shape.count == 2 && tokens.shape[0] == batchSize) else {
      let expected = batchSize == 1 ? "[tokens]" : "[\(batchSize), tokens]"
      throw .tensorShape(tensor: tokens.name, found: tokens.shape, expected: expected)
    }
    // Sequences without tokens take no room in a file, so that there could be any number of them.
    guard batchSize == 1 || tokens.shape[1] > 0 else {
      throw .tensorShape(tensor: tokens.name, found: tokens.shape, expected: "at least one token in each")
    }
    guard batchSize == 1 || self.tensors["attention_mask"] != nil else {
      throw .noAttentionMask(batchSize: batchSize)
    }
  }

  private static func tensor(
    named names: [String], orElse other: String?, among tensors: [Tensor]
  ) throws(TraceError.Problem) -> Tensor {
    for name in names + [other].compactMap({ $0 }) {
      if let tensor = tensors.first(where: { $0.name == name }) { return tensor }
    }
    throw .noTensor(wanted: names, found: tensors.map(\.name).sorted())
  }

  var tensorNames: [String] { tensors.keys.sorted() }

  subscript(name: String) -> Tensor? { tensors[name] }

  /// Rows are about the last tokens, one each.
  var isGenerated: Bool { tokens.name == Self.generatedTokens && tensors["positions"] == nil }

  /// Only some tokens have a score.
  var isSparse: Bool { tensors["indices"] != nil }

  var entries: [TraceEntry] { (0..<batchSize).map(entry) }

  func entry(at index: Int) -> TraceEntry {
    let name = metadata["trace_id"]
    let id = batchSize == 1 ? name : name.map { "\($0)#\(index)" } ?? "sequence-\(index)"
    return TraceEntry(
      id: id, model: metadata["model"], task: metadata["task"], prompt: metadata["prompt_id"])
  }

  /// What the scores went through since the file; nil where they are read as they lie.
  var derivation: ScoreDerivation? {
    if let head { return .product(hiddenStates: head.hidden.type, head: head.weights.type) }
    return scores.type == "F64" && !isSparse ? .rounded : nil
  }
}

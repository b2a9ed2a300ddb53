import Tokenization

/// The samples of a rollout, as slime dumps them: prompt and answer of each, and what several models said of the answer's
/// tokens and of no others.
///
/// A dump of training holds the policy's `log_probs`, the reference's `ref_log_probs` and the engine's
/// `rollout_log_probs` of the same tokens, so that one file gives both sides of a comparison. Which of them is read is
/// said by name; else it is the policy's, or the engine's where there is no other.
struct SampleFile: Sendable {
  static let columnNames = ["log_probs", "rollout_log_probs", "ref_log_probs", "teacher_log_probs"]

  /// One sample, nothing held against anything yet.
  struct Sample: Sendable {
    var tokens: [Int] = []
    /// Of the answer: one logprob for each of its tokens, by the name of the column.
    var columns: [String: [Double]] = [:]
    /// How far storing a logprob moved it at most.
    var rounding = 0.0
    var lossMask: [Int]?
    /// Its number among the samples, and that of the group which shares its prompt.
    var index: Int?
    var group: Int?
  }

  let samples: [Sample]
  let column: String
  let metadata: [String: String]
  /// The columns of logprobs that the first sample has.
  let columns: [String]

  /// The samples of a container, read by this column; nil where it holds none.
  init?(_ container: TensorContainer, column name: String?) throws(TraceError.Problem) {
    guard let first = container.samples.first else { return nil }
    let found = Self.columnNames.filter { first.columns[$0] != nil }
    guard let column = name ?? found.first else { throw .noLogprobs }
    guard first.columns[column] != nil else { throw .noTensor(wanted: [column], found: found) }
    samples = container.samples
    self.column = column
    columns = found
    metadata = container.metadata
  }

  var entries: [TraceEntry] { samples.indices.map { entry(at: $0) } }

  private func entry(at place: Int) -> TraceEntry {
    TraceEntry(id: id(of: place), prompt: samples[place].group.map { "\(rollout)group-\($0)" })
  }

  private var rollout: String { metadata["rollout_id"].map { "rollout-\($0)." } ?? "" }

  private func id(of place: Int) -> String { "\(rollout)sample-\(samples[place].index ?? place)" }

  func trace(at place: Int) throws(TraceError.Problem) -> Trace {
    let sample = samples[place]
    guard let logprobs = sample.columns[column] else { throw .noLogprobs }
    let tokens = try tokenIDs(sample.tokens, vocabularySize: nil)
    guard logprobs.count <= tokens.count else {
      throw .rowCount(found: logprobs.count, expected: tokens.count)
    }
    let start = tokens.count - logprobs.count
    var listed = ListedRows()
    listed.storageRounding = sample.rounding
    listed.rows = zip(tokens[start...], logprobs).map { token, logprob in
      logprob.isNaN
        ? nil
        : ListedRows.Row(list: 0..<0, emitted: ListedToken(token: token, logprob: logprob, rank: nil))
    }
    var masked: [Int] = []
    if let mask = sample.lossMask {
      guard mask.count == logprobs.count else {
        throw .rowCount(found: mask.count, expected: logprobs.count)
      }
      masked = mask.indices.filter { mask[$0] == 0 }
    }
    let entry = entry(at: place)
    return Trace(
      id: entry.id, prompt: entry.prompt, tokens: tokens, promptLength: start,
      predicted: Array(start..<tokens.count),
      rows: .truncated(try RowNormaliser.rows(listed, emitted: tokens[start...])), masked: masked)
  }
}

extension PickledTensors {
  /// The samples of a list of dictionaries that hold tokens and logprobs; none where it is another list.
  func samples(_ list: [PickleValue]) throws(TraceError.Problem) -> [SampleFile.Sample] {
    var samples: [SampleFile.Sample] = []
    // A pickle may name one list any number of times; what is written once takes a byte at least.
    let most = places.values.reduce(0) { $0 + $1.bytes.count }
    var count = 0
    for value in list {
      guard case .dictionary(let members) = value else { return [] }
      guard samples.count < Self.mostNames else { throw .archive(.samples(limit: Self.mostNames)) }
      var sample = SampleFile.Sample()
      for (key, value) in dictionary(members) {
        guard case .text(let name) = key else { continue }
        switch name {
        case "tokens": sample.tokens = try column(value, name).map { Int(exactly: $0) ?? -1 }
        case "loss_mask":
          if case .none = value {} else { sample.lossMask = try column(value, name).map { $0 == 0 ? 0 : 1 } }
        case "index", "sample_index": if case .integer(let index) = value { sample.index = index }
        case "group_index": if case .integer(let index) = value { sample.group = index }
        default:
          guard SampleFile.columnNames.contains(name) else { continue }
          if case .none = value { continue }
          sample.columns[name] = try column(value, name)
          sample.rounding = max(sample.rounding, rounding(of: value, sample.columns[name] ?? []))
        }
      }
      guard !sample.tokens.isEmpty else { return [] }
      count +=
        sample.tokens.count + sample.columns.values.reduce(sample.lossMask?.count ?? 0) { $0 + $1.count }
      guard count <= most else { throw .archive(.expanded(tensor: "samples")) }
      samples.append(sample)
    }
    return samples
  }

  /// The numbers of a list or of a tensor [T].
  private func column(_ value: PickleValue, _ name: String) throws(TraceError.Problem) -> [Double] {
    let tensor: Tensor
    switch value {
    case .tensor(let pickled): tensor = try self.tensor(pickled, named: name)
    case .list(let list):
      guard let numbers = numbers(elements(list), named: name) else {
        throw .tensorType(tensor: name, found: "of a list of other things", expected: ["numbers"])
      }
      tensor = numbers
    default: throw .tensorType(tensor: name, found: "of another thing", expected: ["numbers"])
    }
    guard tensor.shape.count == 1 else {
      throw .tensorShape(tensor: name, found: tensor.shape, expected: "[tokens]")
    }
    return Tensor.integerTypes.contains(tensor.type)
      ? try tensor.integers().map(Double.init) : try tensor.doubles()
  }

  private func rounding(of value: PickleValue, _ logprobs: [Double]) -> Double {
    guard case .tensor(let pickled) = value, let tensor = try? tensor(pickled, named: "") else { return 0 }
    return logprobs.reduce(0) { max($0, tensor.rounding(of: $1)) }
  }
}

/// Hidden states of one model on several texts: one vector a layer and text.
///
/// safetensors, NumPy `.npz` or PyTorch. Either `hidden_states` [layers, texts, positions, width] beside `attention_mask`
/// [texts, positions], 0 where a position is padding; or pooled already: `hidden_states` [layers, texts, width], means
/// over the tokens of each text, and `hidden_states_padded_mean` of the same shape, means that include the padding. Layer
/// 0 is the output of the embedding, where the file holds it.
public struct HiddenStates: Sendable {
  /// Over which positions the vectors of a text are averaged.
  public enum Pooling: String, CaseIterable, Sendable {
    /// Over its tokens.
    case masked
    /// Over its tokens and its padding, which then depends on the longest text of the batch.
    case padded
  }

  /// The file.
  public let path: String
  /// The number of layers.
  public let layerCount: Int
  /// The number of texts.
  public let textCount: Int
  /// The length of a vector.
  public let width: Int
  /// What the file says of itself in names and values.
  public let metadata: [String: String]
  private let states: Tensor
  /// For each text its positions that count; nil where the file is pooled.
  private let counted: [[Bool]]?

  static let maskName = "attention_mask"

  /// Opens a file of hidden states.
  ///
  /// - Throws: ``TraceError`` when the file holds none, or none that are pooled so.
  public init(path: String, pooling: Pooling) throws(TraceError) {
    let storage = try ByteStorage(mapping: path)
    do throws(TraceError.Problem) {
      try self.init(storage, path: path, pooling: pooling)
    } catch {
      throw TraceError(file: path, error)
    }
  }

  init(_ storage: ByteStorage, path: String, pooling: Pooling) throws(TraceError.Problem) {
    guard storage.count > 0 else { throw .empty }
    let signature = storage.withUnsafeBytes { FileSignature($0) }
    guard let container = try TensorContainer(storage, signature: signature) else {
      if case .foreign(let format) = signature { throw .foreign(format) }
      throw .unrecognised(beginning: storage.withUnsafeBytes { Array($0.prefix(8)) })
    }
    let tensors = Dictionary(container.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let whole = tensors["hidden_states"]
    let isPooled = whole?.shape.count != 4
    let name = isPooled && pooling == .padded ? "hidden_states_padded_mean" : "hidden_states"
    guard let states = tensors[name] else {
      throw .noTensor(wanted: [name], found: tensors.keys.sorted())
    }
    let shape = states.shape
    guard shape.count == (isPooled ? 3 : 4), shape.allSatisfy({ $0 > 0 }) else {
      throw .tensorShape(
        tensor: name, found: shape,
        expected: isPooled ? "[layers, texts, width]" : "[layers, texts, positions, width]")
    }
    guard Tensor.scoreTypes.contains(states.type) else {
      throw .tensorType(tensor: name, found: states.type, expected: Tensor.scoreTypes)
    }
    counted = isPooled ? nil : try Self.counted(tensors, shape: shape, pooling)
    self.states = states
    self.path = path
    metadata = container.metadata
    (layerCount, textCount, width) = (shape[0], shape[1], shape[shape.count - 1])
  }

  private static func counted(
    _ tensors: [String: Tensor], shape: [Int], _ pooling: Pooling
  ) throws(TraceError.Problem) -> [[Bool]] {
    let (texts, positions) = (shape[1], shape[2])
    if pooling == .padded { return Array(repeating: Array(repeating: true, count: positions), count: texts) }
    guard let mask = tensors[maskName] else {
      throw .noTensor(wanted: [maskName], found: tensors.keys.sorted())
    }
    guard mask.shape == [texts, positions] else {
      throw .tensorShape(tensor: maskName, found: mask.shape, expected: "[\(texts), \(positions)]")
    }
    let flags = try mask.integers().map { $0 != 0 }
    return (0..<texts).map { Array(flags[$0 * positions..<($0 + 1) * positions]) }
  }

  /// The vectors of one layer, one a text.
  ///
  /// - Parameter layer: Counted from 0.
  /// - Returns: Shape `[texts · width]`, text by text. A text without a token has a vector of NaN.
  /// - Throws: ``TraceError`` when the numbers cannot be read.
  /// - Precondition: The file has the layer.
  public func vectors(ofLayer layer: Int) throws(TraceError) -> [Double] {
    precondition(0..<layerCount ~= layer, "layer \(layer) of \(layerCount)")
    do throws(TraceError.Problem) {
      var vectors: [Double] = []
      for text in layer * textCount..<(layer + 1) * textCount {
        if let counted {
          vectors += try mean(ofText: text, where: counted[text % textCount])
        } else {
          vectors += try states.vector(text, length: width)
        }
      }
      return vectors
    } catch {
      throw TraceError(file: path, error)
    }
  }

  /// The mean of the counted positions of one text of one layer.
  private func mean(ofText text: Int, where counted: [Bool]) throws(TraceError.Problem) -> [Double] {
    var sum = [Double](repeating: 0, count: width)
    for position in counted.indices where counted[position] {
      let vector = try states.vector(text * counted.count + position, length: width)
      for place in 0..<width { sum[place] += vector[place] }
    }
    let count = Double(counted.count { $0 })
    return sum.map { $0 / count }
  }
}

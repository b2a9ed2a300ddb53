/// The named tensors of a file, whatever its format, and what it says of itself.
struct TensorContainer: Sendable {
  let format: TraceFormat
  var tensors: [Tensor]
  let metadata: [String: String]
  /// The samples of a rollout, where the file holds such in the place of tensors.
  var samples: [SampleFile.Sample] = []

  init(format: TraceFormat, tensors: [Tensor], metadata: [String: String] = [:]) {
    self.format = format
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensors of these bytes; nil where they are no file of tensors.
  init?(_ storage: ByteStorage, signature: FileSignature) throws(TraceError.Problem) {
    switch signature {
    case .safetensors: self = try TensorContainer(safetensors: storage)
    case .numpyArchive: self = try TensorContainer(numpyArchive: storage)
    case .numpyArray: self = try TensorContainer(numpyArray: storage)
    case .pytorch: self = try TensorContainer(pytorch: storage)
    case .llamaLogits, .json, .compressed, .foreign, .unknown: return nil
    }
  }

  /// The tensors of a safetensors file.
  private init(safetensors storage: ByteStorage) throws(TraceError.Problem) {
    let header = try SafetensorsHeader(storage)
    self.init(format: .safetensors, tensors: header.tensors, metadata: header.metadata)
  }

  func tensor(named names: [String]) -> Tensor? {
    names.lazy.compactMap { name in tensors.first { $0.name == name } }.first
  }
}

extension TensorFile {
  /// The arrays of an archive that `numpy.savez` or `numpy.savez_compressed` wrote, by their names.
  ///
  /// Arrays without dimensions that hold a text or a whole number are what the file says of itself, such as
  /// `trace_id` and `prompt_length`.
  init(numpyArchive storage: ByteStorage, scoresNamed name: String?) throws(TraceError.Problem) {
    let members = try ZipArchive(storage).members.filter { $0.name.hasSuffix(Self.arraySuffix) }
    let unpacked = try members.unpacked(from: storage)
    var tensors: [Tensor] = []
    var metadata: [String: String] = [:]
    for (member, place) in zip(members, unpacked) {
      let arrayName = String(member.name.dropLast(Self.arraySuffix.count))
      let tensor = try Tensor(named: arrayName, numpyArrayIn: place.storage, place.bytes)
      if tensor.shape.isEmpty, let text = tensor.scalarText {
        metadata[tensor.name] = text
      } else {
        tensors.append(tensor)
      }
    }
    try self.init(format: .numpyArchive, tensors: tensors, metadata: metadata, scoresNamed: name)
  }

  private static let arraySuffix = ".npy"

  /// The tensors of a safetensors file.
  init(safetensors storage: ByteStorage, scoresNamed name: String?) throws(TraceError.Problem) {
    let header = try SafetensorsHeader(storage)
    try self.init(
      format: .safetensors, tensors: header.tensors, metadata: header.metadata, scoresNamed: name)
  }
}

extension TensorContainer {
  private static let arraySuffix = ".npy"

  /// The arrays of an archive that `numpy.savez` or `numpy.savez_compressed` wrote, by their names.
  ///
  /// Arrays without dimensions that hold a text or a whole number are what the file says of itself, such as
  /// `trace_id` and `prompt_length`.
  init(numpyArchive storage: ByteStorage) throws(TraceError.Problem) {
    let members = try ZipArchive(storage).members.filter { $0.name.hasSuffix(Self.arraySuffix) }
    let unpacked = try members.unpacked(from: storage)
    var tensors: [Tensor] = []
    var metadata: [String: String] = [:]
    for (member, place) in zip(members, unpacked) {
      let name = String(member.name.dropLast(Self.arraySuffix.count))
      let tensor = try Tensor(named: name, numpyArrayIn: place.storage, place.bytes)
      if tensor.shape.isEmpty, let text = tensor.scalarText {
        metadata[name] = text
      } else {
        tensors.append(tensor)
      }
    }
    self.init(format: .numpyArchive, tensors: tensors, metadata: metadata)
  }

  /// The array that `numpy.save` wrote: the scores, since a trace holds nothing without them.
  init(numpyArray storage: ByteStorage) throws(TraceError.Problem) {
    let tensor = try Tensor(named: TensorFile.scoreNames[0], numpyArrayIn: storage, 0..<storage.count)
    self.init(format: .numpyArray, tensors: [tensor])
  }
}

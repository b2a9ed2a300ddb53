extension TensorFile {
  /// The arrays of an archive that `numpy.savez` wrote, by their names.
  ///
  /// Arrays without dimensions that hold a text or a whole number are what the file says of itself, such as
  /// `trace_id` and `prompt_length`.
  init(numpyArchive storage: ByteStorage, scoresNamed name: String?) throws(TraceError.Problem) {
    var tensors: [Tensor] = []
    var metadata: [String: String] = [:]
    try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in
      for member in try ZipArchive(file).members where member.name.hasSuffix(".npy") {
        let tensor = try Self.tensor(of: member, in: file)
        if tensor.shape.isEmpty, let text = Self.scalarText(tensor, in: file) {
          metadata[tensor.name] = text
        } else {
          tensors.append(tensor)
        }
      }
    }
    try self.init(
      storage, format: .numpyArchive, tensors: tensors, metadata: metadata, scoresNamed: name)
  }

  /// The tensors of a safetensors file.
  init(safetensors storage: ByteStorage, scoresNamed name: String?) throws(TraceError.Problem) {
    let header = try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in
      try SafetensorsHeader(file)
    }
    try self.init(
      storage, format: .safetensors, tensors: header.tensors, metadata: header.metadata, scoresNamed: name)
  }

  private static func tensor(
    of member: ZipArchive.Member, in file: UnsafeRawBufferPointer
  ) throws(TraceError.Problem) -> Tensor {
    let name = String(member.name.dropLast(4))
    guard member.isStored else { throw .packedMember(name: name) }
    guard let header = NumPyHeader(UnsafeRawBufferPointer(rebasing: file[member.bytes])) else {
      throw .archive(.arrayHeader(name: name))
    }
    let data = member.bytes.dropFirst(header.size)
    if let bits = Tensor.bitsOfType[header.type] {
      let expected = Tensor.byteCount(shape: header.shape, bits: bits) ?? Int.max
      guard expected == data.count else {
        throw .archive(.arraySize(name: name, found: data.count, expected: expected))
      }
    }
    guard !header.isColumnOrder || header.shape.count < 2 else { throw .columnOrder(tensor: name) }
    return Tensor(name: name, type: header.type, shape: header.shape, bytes: data.startIndex..<data.endIndex)
  }

  /// What an array without dimensions says: NumPy keeps texts as UTF-32, padded with zeros.
  private static func scalarText(_ tensor: Tensor, in file: UnsafeRawBufferPointer) -> String? {
    if tensor.type.hasPrefix("<U") {
      let units = stride(from: tensor.bytes.lowerBound, to: tensor.bytes.upperBound - 3, by: 4).map {
        UInt32(littleEndian: file.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
      return String(
        String.UnicodeScalarView(units.prefix { $0 != 0 }.map { Unicode.Scalar($0) ?? "\u{FFFD}" }))
    }
    let numbers = try? tensor.integers(in: file)
    return numbers?.first.map(String.init)
  }
}

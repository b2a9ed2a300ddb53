/// The header of a safetensors file: which tensors it holds, and what it says of itself.
///
/// Every rule of the format is enforced: the tensors fill the file from the header to the last byte, without
/// holes or overlaps, and each has the size that its shape and type ask for.
struct SafetensorsHeader: Sendable {
  let tensors: [Tensor]
  let metadata: [String: String]

  /// Reads the header of these bytes, a whole file.
  init(_ storage: ByteStorage) throws(TraceError.Problem) {
    self = try storage.withUnsafeBytes { (file) throws(TraceError.Problem) in
      try SafetensorsHeader(file, of: storage)
    }
  }

  private init(_ file: UnsafeRawBufferPointer, of storage: ByteStorage) throws(TraceError.Problem) {
    guard file.count >= 8 else { throw .headerCut(found: file.count, expected: 8) }
    let declared = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard declared <= FileSignature.largestSafetensorsHeader else {
      throw .headerNumber(name: "header size", value: Int(clamping: declared))
    }
    let dataStart = 8 + Int(declared)
    guard dataStart <= file.count else { throw .headerCut(found: file.count, expected: dataStart) }
    var reader = SafetensorsHeaderReader(file, range: 8..<dataStart)
    do throws(JSONFault) {
      try reader.read()
    } catch {
      throw .safetensorsHeader(.json(error.reason, byte: error.offset))
    }
    metadata = reader.metadata
    tensors = try Self.placed(reader.entries, dataStart: dataStart, in: storage)
  }

  private static func placed(
    _ entries: [SafetensorsHeaderReader.Entry], dataStart: Int, in storage: ByteStorage
  ) throws(TraceError.Problem) -> [Tensor] {
    var names: Set<String> = []
    for entry in entries where !names.insert(entry.name).inserted {
      throw .safetensorsHeader(.duplicate(name: entry.name))
    }
    var tensors: [Tensor] = []
    var end = 0
    // An empty tensor begins where its neighbour does, so the end decides between equals.
    for entry in entries.sorted(by: { ($0.begin ?? 0, $0.end ?? 0) < ($1.begin ?? 0, $1.end ?? 0) }) {
      let tensor = try placed(entry, after: end, dataStart: dataStart, in: storage)
      end = tensor.bytes.upperBound - dataStart
      tensors.append(tensor)
    }
    let expected = dataStart.addingReportingOverflow(end)
    guard !expected.overflow, expected.partialValue == storage.count else {
      throw .fileSize(found: storage.count, expected: expected.overflow ? Int.max : expected.partialValue)
    }
    return tensors
  }

  private static func placed(
    _ entry: SafetensorsHeaderReader.Entry, after previousEnd: Int, dataStart: Int, in storage: ByteStorage
  ) throws(TraceError.Problem) -> Tensor {
    guard let type = entry.type, let shape = entry.shape, let begin = entry.begin, let end = entry.end else {
      throw .safetensorsHeader(.incomplete(tensor: entry.name))
    }
    guard let bits = Tensor.bitsOfType[type] else {
      throw .safetensorsHeader(.unknownType(tensor: entry.name, type: type))
    }
    guard begin >= 0, end >= begin, shape.allSatisfy({ $0 >= 0 }) else {
      throw .safetensorsHeader(.negative(tensor: entry.name))
    }
    guard begin == previousEnd else {
      throw .safetensorsHeader(.gap(tensor: entry.name, begin: begin, expected: previousEnd))
    }
    guard let size = Tensor.byteCount(shape: shape, bits: bits) else {
      throw .safetensorsHeader(.overflow(tensor: entry.name, shape: shape))
    }
    guard end - begin == size else {
      throw .safetensorsHeader(.size(tensor: entry.name, found: end - begin, expected: size))
    }
    // `end` came out of JSON below 2^53 and the header is below 100 MB: the sums fit.
    return Tensor(
      name: entry.name, type: type, shape: shape, storage: storage,
      bytes: dataStart + begin..<dataStart + end)
  }
}

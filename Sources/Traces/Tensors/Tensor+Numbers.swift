extension Tensor {
  /// The types that hold whole numbers and can be read as such.
  static let integerTypes = ["I32", "I64", "U32", "U8", "BOOL", "I16", "U16", "I8", "U64"]

  /// The types that hold scores, and how a row of them is read.
  static let encodings: [(type: String, encoding: DenseRow.Encoding)] = [
    ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16),
  ]

  /// The whole numbers of the tensor, whatever its shape.
  func integers(in file: UnsafeRawBufferPointer) throws(TraceError.Problem) -> [Int] {
    switch type {
    case "I64": numbers(in: file, as: Int64.self)
    case "U64": numbers(in: file, as: UInt64.self)
    case "I32": numbers(in: file, as: Int32.self)
    case "U32": numbers(in: file, as: UInt32.self)
    case "I16": numbers(in: file, as: Int16.self)
    case "U16": numbers(in: file, as: UInt16.self)
    case "I8": numbers(in: file, as: Int8.self)
    case "U8", "BOOL": numbers(in: file, as: UInt8.self)
    default: throw .tensorType(tensor: name, found: type, expected: Self.integerTypes)
    }
  }

  private func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
    in file: UnsafeRawBufferPointer, as: Number.Type
  ) -> [Int] {
    let size = MemoryLayout<Number>.size
    return (0..<bytes.count / size).map { index in
      let raw = file.loadUnaligned(fromByteOffset: bytes.lowerBound + index * size, as: Number.self)
      return Int(clamping: Number(littleEndian: raw))
    }
  }

  /// How a row of scores of this tensor is read.
  func encoding() throws(TraceError.Problem) -> DenseRow.Encoding {
    guard let known = Self.encodings.first(where: { $0.type == type }) else {
      throw .tensorType(tensor: name, found: type, expected: Self.encodings.map(\.type))
    }
    return known.encoding
  }
}

extension Tensor {
  /// The types that hold whole numbers and can be read as such.
  static let integerTypes = ["I32", "I64", "U32", "U8", "BOOL", "I16", "U16", "I8", "U64"]

  /// The types that hold scores, and how a row of them is read.
  static let encodings: [(type: String, encoding: DenseRow.Encoding)] = [
    ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16),
  ]

  /// The types that hold scores, those included that are read by way of another.
  static let scoreTypes = encodings.map(\.type) + ["F64"]

  /// The whole numbers of the tensor, whatever its shape.
  func integers() throws(TraceError.Problem) -> [Int] {
    guard Self.integerTypes.contains(type) else {
      throw .tensorType(tensor: name, found: type, expected: Self.integerTypes)
    }
    let packed = packed()
    switch type {
    case "I64": return packed.numbers(as: Int64.self)
    case "U64": return packed.numbers(as: UInt64.self)
    case "I32": return packed.numbers(as: Int32.self)
    case "U32": return packed.numbers(as: UInt32.self)
    case "I16": return packed.numbers(as: Int16.self)
    case "U16": return packed.numbers(as: UInt16.self)
    case "I8": return packed.numbers(as: Int8.self)
    default: return packed.numbers(as: UInt8.self)
    }
  }

  /// The scores of the tensor, whatever its shape: exactly the numbers that it stores.
  func doubles() throws(TraceError.Problem) -> [Double] {
    let packed = packed()
    guard type != "F64" else {
      return packed.numbers(as: UInt64.self, by: { Double(bitPattern: $0) })
    }
    let encoding = try encoding()
    let row = DenseRow(
      storage: packed.storage, offset: packed.bytes.lowerBound,
      count: packed.bytes.count / encoding.scoreSize,
      encoding: encoding)
    return row.scores().map(Double.init)
  }

  /// How far storing a score moved it at most.
  func rounding(of score: Double) -> Double {
    guard score.isFinite else { return 0 }
    guard let encoding = try? encoding() else { return score.ulp / 2 }
    return encoding.rounding(of: Float(score))
  }

  /// How a row of scores of this tensor is read where it lies.
  func encoding() throws(TraceError.Problem) -> DenseRow.Encoding {
    guard let known = Self.encodings.first(where: { $0.type == type }) else {
      throw .tensorType(tensor: name, found: type, expected: Self.scoreTypes)
    }
    return known.encoding
  }

  private func numbers<Number: FixedWidthInteger & BitwiseCopyable>(as type: Number.Type) -> [Int] {
    numbers(as: type, by: { Int(clamping: $0) })
  }

  private func numbers<Number: FixedWidthInteger & BitwiseCopyable, Value>(
    as: Number.Type, by convert: (Number) -> Value
  ) -> [Value] {
    storage.withUnsafeBytes { all in
      stride(from: bytes.lowerBound, to: bytes.upperBound, by: MemoryLayout<Number>.size).map {
        convert(Number(littleEndian: all.loadUnaligned(fromByteOffset: $0, as: Number.self)))
      }
    }
  }
}

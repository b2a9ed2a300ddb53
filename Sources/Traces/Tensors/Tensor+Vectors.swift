extension Tensor {
  /// One of the vectors along the last dimension, counted over all others. Read where it lies.
  ///
  /// - Precondition: The vector is one of the tensor, whose type is one of ``scoreTypes``.
  func vector(_ index: Int, length: Int) throws(TraceError.Problem) -> [Double] {
    let size = type == "F64" ? 8 : try encoding().scoreSize
    let strides = strides ?? Self.rowStrides(of: shape)
    var (rest, place) = (index, 0)
    for dimension in shape.indices.dropLast().reversed() {
      place += rest % shape[dimension] * strides[dimension]
      rest /= shape[dimension]
    }
    let first = bytes.lowerBound + place * size
    let step = (strides.last ?? 1) * size
    let isDouble = type == "F64"
    let isBrain = type == "BF16"
    return storage.withUnsafeBytes { all in
      (0..<length).map { element in
        let offset = first + element * step
        if isDouble { return Double(bitPattern: load(all, offset)) }
        if size == 4 { return Double(Float(bitPattern: load(all, offset))) }
        let half: UInt16 = load(all, offset)
        return isBrain ? Double(Float(bitPattern: UInt32(half) << 16)) : Double(Float(half: half))
      }
    }
  }

  @inline(__always)
  private func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ all: UnsafeRawBufferPointer, _ offset: Int
  ) -> Number {
    let raw = all.loadUnaligned(fromByteOffset: offset, as: Number.self)
    return isBigEndian ? Number(bigEndian: raw) : Number(littleEndian: raw)
  }
}

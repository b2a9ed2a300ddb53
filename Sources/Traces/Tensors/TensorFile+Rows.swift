/// Rows of scores: where they lie, or copied into a scratch file where no row could be read as it lies.
extension TensorFile {
  /// So many rows of the whole batch, from this one on.
  ///
  /// Numbers of single, half and bfloat precision keep their bits. Double precision is rounded to the nearest single
  /// one; what lies beyond its range becomes infinite, which for a score far below all others says the same.
  func denseRows(_ count: Int, from first: Int) throws(TraceError.Problem) -> [DenseRow] {
    if let head { return try head.rows(first..<first + count) }
    let size = try scoreSize
    let strides = scores.strides ?? Tensor.rowStrides(of: scores.shape)
    let (rowStride, stride) = (strides[strides.count - 2], strides[strides.count - 1])
    let batchStride = strides.count == 3 ? strides[0] : 0
    let offsets = (first..<first + count).map { row in
      scores.bytes.lowerBound + (row / rowCount * batchStride + row % rowCount * rowStride) * size
    }
    if let encoding = try? scores.encoding(), stride == 1 || rowLength == 1, !scores.isBigEndian {
      return offsets.map {
        DenseRow(storage: scores.storage, offset: $0, count: rowLength, encoding: encoding)
      }
    }
    return try copiedRows(at: offsets, stride: stride, size: size)
  }

  private var scoreSize: Int {
    get throws(TraceError.Problem) { scores.type == "F64" ? 8 : try scores.encoding().scoreSize }
  }

  private func copiedRows(
    at offsets: [Int], stride: Int, size: Int
  ) throws(TraceError.Problem) -> [DenseRow] {
    let encoding = try scores.type == "F64" ? .float32 : scores.encoding()
    let scratch = try ScratchFile()
    // Scores that lie apart lie beside those of the next rows: several rows are copied in one pass.
    let blockSize = stride == 1 ? 1 : Self.rowsInOnePass
    try scores.storage.withUnsafeBytes { (all) throws(TraceError.Problem) in
      for start in Swift.stride(from: 0, to: offsets.count, by: blockSize) {
        let block = offsets[start..<min(start + blockSize, offsets.count)]
        let place = ScoresInPlace(
          all: all, offsets: block, count: rowLength, step: stride * size, isBigEndian: scores.isBigEndian)
        switch size {
        case 2: try scratch.append(place.copied { (bits: UInt16) in bits })
        case 4: try scratch.append(place.copied { (bits: UInt32) in bits })
        default:
          try scratch.append(
            place.copied { (bits: UInt64) in Float(Double(bitPattern: bits)).bitPattern.littleEndian })
        }
      }
    }
    let storage = try scratch.storage()
    return offsets.indices.map { row in
      DenseRow(
        storage: storage, offset: row * rowLength * encoding.scoreSize, count: rowLength, encoding: encoding)
    }
  }

  private static let rowsInOnePass = 16
}

/// Rows of scores as a file holds them, which may lie apart and in the other order of bytes.
private struct ScoresInPlace {
  let all: UnsafeRawBufferPointer
  /// Where each row begins.
  let offsets: ArraySlice<Int>
  /// The scores of a row.
  let count: Int
  /// The bytes from one score of a row to the next.
  let step: Int
  let isBigEndian: Bool

  /// The rows one behind the other, without gaps, each score as its little-endian bits or what is made of them.
  @inline(__always)
  func copied<Bits: FixedWidthInteger, Copy: FixedWidthInteger>(_ convert: (Bits) -> Copy) -> [Copy] {
    [Copy](unsafeUninitializedCapacity: count * offsets.count) { copy, filled in
      for index in 0..<count {
        for (row, offset) in offsets.enumerated() {
          let bits = all.loadUnaligned(fromByteOffset: offset + index * step, as: Bits.self)
          copy[row * count + index] = convert(isBigEndian ? bits.byteSwapped : bits)
        }
      }
      filled = count * offsets.count
    }
  }
}

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
    try scores.storage.withUnsafeBytes { (all) throws(TraceError.Problem) in
      for offset in offsets {
        try scratch.append(scoreBytes(all, at: offset, stride: stride, size: size))
      }
    }
    let storage = try scratch.storage()
    return offsets.indices.map { row in
      DenseRow(
        storage: storage, offset: row * rowLength * encoding.scoreSize, count: rowLength, encoding: encoding)
    }
  }

  /// One row, little-endian and without gaps, in single precision where the file has double.
  private func scoreBytes(
    _ all: UnsafeRawBufferPointer, at offset: Int, stride: Int, size: Int
  ) -> [UInt8] {
    let isDouble = scores.type == "F64"
    var row: [UInt8] = []
    row.reserveCapacity(rowLength * (isDouble ? 4 : size))
    for index in 0..<rowLength {
      let place = offset + index * stride * size
      guard isDouble else {
        let score = all[place..<place + size]
        if scores.isBigEndian { row += score.reversed() } else { row += score }
        continue
      }
      let bits = all.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      let double = Double(bitPattern: scores.isBigEndian ? bits.bigEndian : bits.littleEndian)
      withUnsafeBytes(of: Float(double).bitPattern.littleEndian) { row += $0 }
    }
    return row
  }
}

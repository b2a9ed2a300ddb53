extension Tensor {
  /// The same numbers, row by row and little-endian: the tensor itself where it lies so, else a copy in memory.
  ///
  /// A copy is no larger than the storage of the tensor, because no reader lets strides name an element twice.
  func packed() -> Tensor {
    guard strides != nil || isBigEndian, let size = elementSize else { return self }
    var copy: [UInt8] = []
    appendElements(size: size, to: &copy)
    var tensor = self
    (tensor.strides, tensor.isBigEndian) = (nil, false)
    tensor.storage = ByteStorage(copying: copy)
    tensor.bytes = 0..<copy.count
    return tensor
  }

  /// Adds all elements, row by row and little-endian.
  private func appendElements(size: Int, to copy: inout [UInt8]) {
    guard shape.allSatisfy({ $0 > 0 }) else { return }
    let strides = strides ?? Self.rowStrides(of: shape)
    copy.reserveCapacity(shape.reduce(size, *))
    var index = [Int](repeating: 0, count: shape.count)
    storage.withUnsafeBytes { all in
      while true {
        let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
        let element = all[(bytes.lowerBound + place * size)...].prefix(size)
        if isBigEndian { copy += element.reversed() } else { copy += element }
        guard let moved = index.indices.last(where: { index[$0] + 1 < shape[$0] }) else { return }
        index[moved] += 1
        for later in moved + 1..<index.count { index[later] = 0 }
      }
    }
  }
}

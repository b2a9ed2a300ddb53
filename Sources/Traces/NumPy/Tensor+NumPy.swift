extension Tensor {
  /// The array that NumPy wrote to these bytes of a storage, its header first.
  init(named name: String, numpyArrayIn storage: ByteStorage, _ bytes: Range<Int>) throws(TraceError.Problem)
  {
    let header = storage.withUnsafeBytes { NumPyHeader(UnsafeRawBufferPointer(rebasing: $0[bytes])) }
    guard let header else { throw .archive(.arrayHeader(name: name)) }
    let data = bytes.dropFirst(header.size)
    if let bits = Tensor.bitsOfType[header.type] {
      let expected = Tensor.byteCount(shape: header.shape, bits: bits) ?? Int.max
      guard expected == data.count else {
        throw .archive(.arraySize(name: name, found: data.count, expected: expected))
      }
    }
    self.init(
      name: name, type: header.type, shape: header.shape, storage: storage,
      bytes: data.startIndex..<data.endIndex, isBigEndian: header.isBigEndian)
    // Strides of an array without known type are never used, nor of one without elements.
    if header.isColumnOrder, header.shape.count > 1, elementSize != nil, !data.isEmpty {
      strides = Tensor.columnStrides(of: header.shape)
    }
  }

  /// What an array without dimensions says: a text, which NumPy keeps as UTF-32 padded with zeros, or a whole number.
  var scalarText: String? {
    guard type.hasPrefix("<U") else { return (try? integers())?.first.map(String.init) }
    return storage.withUnsafeBytes { all in
      let units = stride(from: bytes.lowerBound, to: bytes.upperBound - 3, by: 4).map {
        UInt32(littleEndian: all.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
      return String(
        String.UnicodeScalarView(units.prefix { $0 != 0 }.map { Unicode.Scalar($0) ?? "\u{FFFD}" }))
    }
  }
}

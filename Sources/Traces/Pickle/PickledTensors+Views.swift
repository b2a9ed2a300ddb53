/// What turns views of storages and lists of numbers into tensors. Every number of the pickle is held against the
/// archive here.
extension PickledTensors {
  func tensor(_ pickled: PickledTensor, named name: String) throws(TraceError.Problem) -> Tensor {
    let place = try place(of: pickled.storage)
    let (shape, strides) = (pickled.shape, pickled.strides)
    guard let bits = Tensor.bitsOfType[pickled.type], bits % 8 == 0,
      let byteCount = Tensor.byteCount(shape: shape, bits: bits),
      (shape + strides).allSatisfy({ $0 >= 0 }), pickled.offset >= 0
    else { throw .archive(.view(tensor: name)) }
    let size = bits / 8
    var tensor = Tensor(
      name: name, type: pickled.type, shape: shape, storage: place.storage,
      bytes: place.bytes.lowerBound..<place.bytes.lowerBound)
    guard byteCount > 0 else { return tensor }
    guard let last = Self.lastElement(pickled), last < place.bytes.count / size else {
      throw .archive(.view(tensor: name))
    }
    // An expanded tensor takes no room in the file and any amount in memory.
    guard byteCount <= place.bytes.count else { throw .archive(.expanded(tensor: name)) }
    let start = place.bytes.lowerBound
    tensor.bytes = start + pickled.offset * size..<start + (last + 1) * size
    if strides != Tensor.rowStrides(of: shape) {
      tensor.strides = strides
    } else {
      tensor.bytes = tensor.bytes.prefix(byteCount)
    }
    return tensor
  }

  /// The bytes of a storage, which are as many as the pickle says.
  private func place(
    of storage: PickledStorage
  ) throws(TraceError.Problem) -> (storage: ByteStorage, bytes: Range<Int>) {
    let name = "data/\(storage.key)"
    guard let place = places[name] else { throw .archive(.missing(name: name)) }
    let bits = storage.type.flatMap { Tensor.bitsOfType[$0] } ?? 8
    let expected = storage.count < 0 ? nil : Tensor.byteCount(shape: [storage.count], bits: bits)
    guard let expected, expected == place.bytes.count else {
      throw .archive(.arraySize(name: name, found: place.bytes.count, expected: expected ?? Int.max))
    }
    return place
  }

  /// The element of the storage that the last element of a view is; nil beyond 64 bits.
  private static func lastElement(_ view: PickledTensor) -> Int? {
    var last = view.offset
    for (extent, stride) in zip(view.shape, view.strides) {
      let (way, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflow) = last.addingReportingOverflow(way)
      guard !overflow, !sumOverflow else { return nil }
      last = sum
    }
    return last
  }

  /// One tensor of rows that a list holds one by one, [V] or [1, V] each; nil where it holds something else.
  func stacked(_ rows: [PickleValue], named name: String) throws(TraceError.Problem) -> Tensor? {
    guard case .tensor(let first) = rows.first, [1, 2].contains(first.shape.count),
      first.shape.count == 1 || first.shape[0] == 1, let length = first.shape.last, length > 0
    else { return nil }
    let scratch = try ScratchFile()
    let most = places.values.reduce(0) { $0 + $1.bytes.count }
    for row in rows {
      guard case .tensor(let row) = row, row.shape == first.shape, row.type == first.type else { return nil }
      let tensor = try tensor(row, named: name).packed()
      // A list may name one row any number of times.
      guard tensor.bytes.count <= most - scratch.count else { throw .archive(.expanded(tensor: name)) }
      try tensor.storage.withUnsafeBytes { (all) throws(TraceError.Problem) in
        try scratch.append(UnsafeRawBufferPointer(rebasing: all[tensor.bytes]))
      }
    }
    return Tensor(
      name: name, type: first.type, shape: [rows.count, length], storage: try scratch.storage(),
      bytes: 0..<scratch.count)
  }

  /// A tensor of a list of numbers; nil where it holds something else.
  func numbers(_ elements: [PickleValue], named name: String) -> Tensor? {
    var bits: [UInt64] = []
    var type = "I64"
    for element in elements {
      switch element {
      case .integer(let integer) where type == "I64": bits.append(UInt64(bitPattern: Int64(integer)))
      case .number(let number) where type == "F64" || bits.isEmpty:
        type = "F64"
        bits.append(number.bitPattern)
      default: return nil
      }
    }
    let storage = ByteStorage(
      copying: bits.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) })
    return Tensor(
      name: name, type: type, shape: [elements.count], storage: storage, bytes: 0..<storage.count)
  }
}

/// An array of numbers, and where they lie.
struct Tensor: Sendable {
  var name: String
  /// The type in the words of safetensors; a type of NumPy that has no such name keeps its own.
  var type: String
  var shape: [Int]
  /// The file that holds it, or what was unpacked from one.
  var storage: ByteStorage
  /// Where its elements lie in the storage.
  var bytes: Range<Int>
  /// Elements from one index to the next in each dimension; nil where it lies row by row, without gaps.
  var strides: [Int]?
  /// Its numbers begin with their most significant byte.
  var isBigEndian = false

  /// Bits of one element of each type of the safetensors format.
  static let bitsOfType: [String: Int] = [
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
    "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
  ]

  /// Bytes of a tensor, nil where the product is beyond 64 bits or is no whole number of bytes.
  static func byteCount(shape: [Int], bits: Int) -> Int? {
    var product = bits
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      product = next
    }
    return product % 8 == 0 ? product / 8 : nil
  }

  /// Elements from one index to the next in each dimension of a shape whose last index moves fastest.
  static func rowStrides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.dropLast().reversed() {
      strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    return strides
  }

  /// Elements from one index to the next in each dimension of a shape whose first index moves fastest.
  static func columnStrides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.dropFirst() {
      strides[dimension] = strides[dimension - 1] * shape[dimension - 1]
    }
    return strides
  }

  /// Bytes of one element; nil where it is no whole number of them.
  var elementSize: Int? { Self.bitsOfType[type].flatMap { $0 % 8 == 0 ? $0 / 8 : nil } }
}

/// A value of a GGUF file's metadata, as far as a tokenizer needs it.
enum GGUFValue {
  case number(Double)
  case flag(Bool)
  case string([UInt8])
  case numbers([Double])
  case strings([[UInt8]])
  /// An array of arrays or of truth values, which no tokenizer has.
  case other

  var text: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
  var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
  var strings: [[UInt8]]? { if case .strings(let strings) = self { strings } else { nil } }
  var numbers: [Double]? { if case .numbers(let numbers) = self { numbers } else { nil } }
}

/// Reads the metadata at the beginning of a GGUF file, versions 2 and 3, little-endian.
struct GGUFReader {
  let bytes: UnsafeRawBufferPointer
  let file: String
  private var place = 0

  init(bytes: UnsafeRawBufferPointer, file: String) {
    self.bytes = bytes
    self.file = file
  }

  private func error(_ problem: VocabularyError.Problem) -> VocabularyError {
    VocabularyError(file: file, problem)
  }

  private func truncated(_ part: String, expected: Int) -> VocabularyError {
    error(
      .truncated(part: part, expectedBytes: expected, foundBytes: bytes.count - place, place: place))
  }

  private mutating func take(_ count: Int, _ part: String) throws(VocabularyError) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - place else {
      throw truncated(part, expected: count)
    }
    defer { place += count }
    return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
  }

  private mutating func number<N: FixedWidthInteger>(_ type: N.Type) throws(VocabularyError) -> N {
    N(littleEndian: try take(MemoryLayout<N>.size, "A number").loadUnaligned(as: N.self))
  }

  private mutating func string() throws(VocabularyError) -> [UInt8] {
    [UInt8](try take(Int(clamping: try number(UInt64.self)), "A string"))
  }

  /// The metadata. The tensors behind it are not looked at.
  mutating func metadata() throws(VocabularyError) -> [String: GGUFValue] {
    _ = try take(4, "The magic number")
    let version = try number(UInt32.self)
    guard !(2...3).contains(version.byteSwapped) else {
      throw error(.unsupported(part: "byte order", name: "big-endian"))
    }
    guard version == 2 || version == 3 else {
      throw error(.unsupported(part: "GGUF version", name: String(version)))
    }
    _ = try number(UInt64.self)
    var values: [String: GGUFValue] = [:]
    var left = try number(UInt64.self)
    while left > 0 {
      let name = String(decoding: try string(), as: UTF8.self)
      values[name] = try value(of: try number(UInt32.self))
      left -= 1
    }
    return values
  }

  private mutating func value(of type: UInt32) throws(VocabularyError) -> GGUFValue {
    switch type {
    case 7: return .flag(try number(UInt8.self) != 0)
    case 8: return .string(try string())
    case 9: return try array()
    default: return .number(try scalar(of: type))
    }
  }

  private mutating func scalar(of type: UInt32) throws(VocabularyError) -> Double {
    switch type {
    case 0: return Double(try number(UInt8.self))
    case 1: return Double(try number(Int8.self))
    case 2: return Double(try number(UInt16.self))
    case 3: return Double(try number(Int16.self))
    case 4: return Double(try number(UInt32.self))
    case 5: return Double(try number(Int32.self))
    case 6: return Double(Float(bitPattern: try number(UInt32.self)))
    case 10: return Double(try number(UInt64.self))
    case 11: return Double(try number(Int64.self))
    case 12: return Double(bitPattern: try number(UInt64.self))
    default: throw error(.unsupported(part: "GGUF value type", name: String(type)))
    }
  }

  /// The bytes that an element of an array takes, a string at least; nil for a type that is not known.
  private static func leastSize(ofType type: UInt32) -> Int? {
    switch type {
    case 0, 1, 7: 1
    case 2, 3: 2
    case 4, 5, 6: 4
    case 8, 10, 11, 12: 8
    default: nil
    }
  }

  private mutating func array() throws(VocabularyError) -> GGUFValue {
    let type = try number(UInt32.self)
    let count = try number(UInt64.self)
    guard type != 9 else { throw error(.unsupported(part: "GGUF value type", name: "array of arrays")) }
    guard let size = Self.leastSize(ofType: type) else {
      throw error(.unsupported(part: "GGUF value type", name: String(type)))
    }
    // A larger count than there is room for is a damaged file, and nothing is allocated for it.
    guard count <= UInt64((bytes.count - place) / size) else {
      let needed = count.multipliedReportingOverflow(by: UInt64(size))
      throw truncated(
        "An array", expected: needed.overflow ? .max : Int(clamping: needed.partialValue))
    }
    // A count that lies may cover the tensors behind it, and there is room for many elements.
    guard count <= UInt64(PieceTable.idLimit) + 1 else {
      throw error(
        .unexpectedPart(
          name: "An array", expected: "at most \(PieceTable.idLimit + 1) elements", found: "\(count) long"))
    }
    switch type {
    case 8:
      var strings: [[UInt8]] = []
      strings.reserveCapacity(Int(count))
      for _ in 0..<count { strings.append(try string()) }
      return .strings(strings)
    case 7:
      _ = try take(Int(count), "An array")
      return .other
    default:
      var numbers: [Double] = []
      numbers.reserveCapacity(Int(count))
      for _ in 0..<count { numbers.append(try scalar(of: type)) }
      return .numbers(numbers)
    }
  }
}

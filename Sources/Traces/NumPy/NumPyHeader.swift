/// The header of a NumPy array: its type, order and shape.
///
/// A magic number, a version, a length, and a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
/// Source: NumPy's numpy.lib.format.
struct NumPyHeader: Equatable {
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// The type as NumPy writes it: byte order, kind, bytes.
  var descr = ""
  var isColumnOrder = false
  var shape: [Int] = []
  /// Bytes before the data.
  var size = 0

  /// A header is a line; what is longer than this many bytes is none.
  static let longest = 1 << 16

  /// The names that safetensors gives to NumPy's types.
  private static let types = [
    "f2": "F16", "f4": "F32", "f8": "F64", "i2": "I16", "i4": "I32", "i8": "I64", "u2": "U16", "u4": "U32",
    "u8": "U64", "u1": "U8", "i1": "I8", "b1": "BOOL",
  ]

  /// The type in the words of safetensors, or NumPy's own where there are none.
  var type: String { Self.types[String(descr.dropFirst())] ?? descr }

  /// Numbers begin with their most significant byte.
  var isBigEndian: Bool { descr.hasPrefix(">") }

  /// The header at the beginning of these bytes; nil where it is not one of NumPy.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 12, bytes.starts(with: Self.magic) else { return nil }
    // Version 1 has a length of 16 bits, 2 and 3 of 32; there are no others.
    guard (1...3).contains(bytes[6]) else { return nil }
    let isFirst = bytes[6] == 1
    let length =
      isFirst
      ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
      : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    let start = isFirst ? 10 : 12
    guard length <= Self.longest, start + length <= bytes.count else { return nil }
    size = start + length
    var literal = PythonLiteral(Array(bytes[start..<size]))
    guard read(&literal) else { return nil }
  }

  private mutating func read(_ literal: inout PythonLiteral) -> Bool {
    var seen: Set<String> = []
    guard literal.take("{") else { return false }
    while !literal.take("}") {
      guard let key = literal.takeString(), literal.take(":"), seen.insert(key).inserted else { return false }
      switch key {
      case "descr":
        guard let text = literal.takeString() else { return false }
        descr = text
      case "fortran_order":
        guard let order = literal.takeBoolean() else { return false }
        isColumnOrder = order
      case "shape":
        guard let extents = literal.takeTuple() else { return false }
        shape = extents
      default: return false
      }
      guard literal.take(",") || literal.next == UInt8(ascii: "}") else { return false }
    }
    return seen.count == 3
  }
}

/// Takes the few kinds of Python literals from a text that array headers consist of.
private struct PythonLiteral {
  private let text: [UInt8]
  private var place = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The next byte that is no space.
  var next: UInt8? {
    mutating get {
      while place < text.count, text[place] == 0x20 || text[place] == 0x0A { place += 1 }
      return place < text.count ? text[place] : nil
    }
  }

  mutating func take(_ symbol: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: symbol) else { return false }
    place += 1
    return true
  }

  mutating func takeString() -> String? {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    let start = place + 1
    guard let end = text[start...].firstIndex(of: quote), !text[start..<end].contains(UInt8(ascii: "\\"))
    else {
      return nil
    }
    place = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  mutating func takeBoolean() -> Bool? {
    for (word, value) in [("True", true), ("False", false)] where next != nil {
      guard text[place...].starts(with: word.utf8) else { continue }
      place += word.utf8.count
      return value
    }
    return nil
  }

  mutating func takeTuple() -> [Int]? {
    guard take("(") else { return nil }
    var elements: [Int] = []
    while !take(")") {
      guard let element = takeInteger() else { return nil }
      elements.append(element)
      guard take(",") || next == UInt8(ascii: ")") else { return nil }
    }
    return elements
  }

  /// Digits, and the `L` that Python 2 put behind them.
  private mutating func takeInteger() -> Int? {
    guard next != nil else { return nil }
    let digits = text[place...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    place = digits.endIndex
    if place < text.count, text[place] == UInt8(ascii: "L") { place += 1 }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}

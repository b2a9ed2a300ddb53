/// Reads one JSON document from bytes, RFC 8259, nested at most `depthLimit` deep.
struct JSONReader {
  private let text: UnsafeBufferPointer<UInt8>
  private var place = 0
  private var depth = 0
  /// The name of members whose value is checked like any other, and left empty.
  private let passed: StaticString?
  private var isPassing = false

  /// Deeper documents are refused, so that no file can exhaust the stack.
  static let depthLimit = 128

  /// Where reading stopped, as a byte offset.
  struct Failure: Error, Equatable {
    var offset: Int
  }

  /// The value of a document.
  ///
  /// - Parameter passed: Arrays, objects and strings in a member of this name are left empty.
  static func read(_ bytes: [UInt8], passing passed: StaticString? = nil) throws(Failure) -> JSONValue {
    let outcome: Result<JSONValue, Failure> = bytes.withUnsafeBufferPointer { text in
      Result { () throws(Failure) in
        var reader = JSONReader(text: text, passing: passed)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.place == text.count else { throw reader.failure }
        return value
      }
    }
    return try outcome.get()
  }

  private init(text: UnsafeBufferPointer<UInt8>, passing passed: StaticString?) {
    self.text = text
    self.passed = passed
  }

  private var failure: Failure { Failure(offset: place) }

  private var current: UInt8? { place < text.count ? text[place] : nil }

  private mutating func skipSpace() {
    while place < text.count {
      switch text[place] {
      case 0x20, 0x0A, 0x0D, 0x09: place += 1
      default: return
      }
    }
  }

  private mutating func expect(_ word: StaticString) throws(Failure) {
    for index in 0..<word.utf8CodeUnitCount {
      guard current == word.utf8Start[index] else { throw failure }
      place += 1
    }
  }

  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try expect("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try expect("null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func enter() throws(Failure) {
    depth += 1
    guard depth <= Self.depthLimit else { throw failure }
    place += 1
    skipSpace()
  }

  private mutating func object() throws(Failure) -> JSONValue {
    try enter()
    var members: [JSONValue.Member] = []
    if current != UInt8(ascii: "}") {
      while true {
        skipSpace()
        let name = try string()
        skipSpace()
        try expect(":")
        let value = try member(name)
        if !isPassing { members.append(JSONValue.Member(name: name, value: value)) }
        if try !another(before: UInt8(ascii: "}")) { break }
      }
    }
    place += 1
    depth -= 1
    return .object(members)
  }

  private mutating func member(_ name: [UInt8]) throws(Failure) -> JSONValue {
    guard let passed, !isPassing,
      name.elementsEqual(UnsafeBufferPointer(start: passed.utf8Start, count: passed.utf8CodeUnitCount))
    else {
      return try value()
    }
    isPassing = true
    defer { isPassing = false }
    return try value()
  }

  private mutating func array() throws(Failure) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    if current != UInt8(ascii: "]") {
      while true {
        let element = try value()
        if !isPassing { elements.append(element) }
        if try !another(before: UInt8(ascii: "]")) { break }
      }
    }
    place += 1
    depth -= 1
    return .array(elements)
  }

  /// Whether a comma follows, and is passed, or the closing bracket, which is left.
  private mutating func another(before close: UInt8) throws(Failure) -> Bool {
    skipSpace()
    if current == UInt8(ascii: ",") {
      place += 1
      return true
    }
    guard current == close else { throw failure }
    return false
  }

  private mutating func number() throws(Failure) -> Double {
    let start = place
    var whole = 0
    while let digit = current, digit >= 0x30, digit <= 0x39, place - start < 15 {
      whole = whole * 10 + Int(digit - 0x30)
      place += 1
    }
    let isWhole = place > start && (place - start == 1 || text[start] != 0x30)
    guard let next = current, "+-.0123456789eE".utf8.contains(next) else {
      guard isWhole else { throw failure }
      return Double(whole)
    }
    while let next = current, next > 0x20, next != 0x2C, next != 0x5D, next != 0x7D { place += 1 }
    let written = String(decoding: text[start..<place], as: UTF8.self)
    let isPlain = written.utf8.allSatisfy { "+-.0123456789eE".utf8.contains($0) }
    guard isPlain, written.utf8.last != 0x2E, let number = Double(written), number.isFinite else {
      place = start
      throw failure
    }
    return number
  }
}

extension JSONReader {
  private mutating func string() throws(Failure) -> [UInt8] {
    try expect("\"")
    let start = place
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      place += 1
    }
    guard current == UInt8(ascii: "\\") else {
      let plain = isPassing ? [] : Array(text[start..<place])
      try expect("\"")
      return plain
    }
    var bytes = Array(text[start..<place])
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure }
      place += 1
      if byte == UInt8(ascii: "\\") { try escape(into: &bytes) } else { bytes.append(byte) }
    }
    try expect("\"")
    return bytes
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(Failure) {
    guard let letter = current else { throw failure }
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      bytes.append(contentsOf: UTF8.encode(try scalar()) ?? UTF8.encodedReplacementCharacter)
    default:
      place -= 1
      throw failure
    }
  }

  /// The scalar of `XXXX`, or of a pair of surrogates; a lone one becomes U+FFFD.
  private mutating func scalar() throws(Failure) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let behind = place
    guard first < 0xDC00, place + 6 <= text.count, text[place] == UInt8(ascii: "\\"),
      text[place + 1] == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    place += 2
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second) else {
      place = behind
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    guard place + 4 <= text.count else { throw failure }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(text[place])).hexDigitValue else { throw failure }
      value = value << 4 | UInt32(digit)
      place += 1
    }
    return value
  }
}

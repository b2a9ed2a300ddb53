extension JSONCursor {
  /// The key whose opening quote is next.
  @inline(__always)
  mutating func takeKey() throws(JSONFault) -> JSONKey {
    let start = position + 1
    let (close, hasEscape) = try endOfString(from: start)
    if hasEscape || end - start < 8 { return try takeUnusualKey(start..<close) }
    finishValue(at: close + 1)
    return JSONKey(readable: base + start, length: close - start)
  }

  /// A key with escapes, or so near the end of the text that eight bytes cannot be read at once.
  @inline(never)
  private mutating func takeUnusualKey(_ range: Range<Int>) throws(JSONFault) -> JSONKey {
    let bytes = try unescaped(range)
    finishValue(at: range.upperBound + 1)
    return bytes.withUnsafeBytes { JSONKey($0) }
  }

  /// A string. Bytes that are no UTF-8 and lone surrogates become U+FFFD.
  mutating func takeString() throws(JSONFault) -> String {
    String(decoding: try takeStringBytes(), as: UTF8.self)
  }

  /// The bytes of a string, escapes resolved.
  mutating func takeStringBytes() throws(JSONFault) -> [UInt8] {
    guard nextByte() == UInt8(ascii: "\"") else { throw expected("a string") }
    let start = position + 1
    let (close, hasEscape) = try endOfString(from: start)
    let bytes =
      hasEscape
      ? try unescaped(start..<close) : [UInt8](UnsafeBufferPointer(start: base + start, count: close - start))
    finishValue(at: close + 1)
    return bytes
  }

  /// A whole number in quotes, as JSON keys hold token ids; nil for any other string.
  mutating func takeQuotedInteger() throws(JSONFault) -> Int? {
    guard nextByte() == UInt8(ascii: "\"") else { throw expected("a number in quotes") }
    let start = position + 1
    var cursor = start
    var value = 0
    // Ten digits hold every 32-bit id and cannot overflow.
    while cursor < end, cursor - start < 10, case let digit = base[cursor] &- UInt8(ascii: "0"), digit <= 9 {
      value = value * 10 + Int(digit)
      cursor += 1
    }
    // A number has one form: "05" is a text, as it would else be 5 once more.
    let isPadded = cursor > start + 1 && base[start] == UInt8(ascii: "0")
    guard cursor > start, !isPadded, cursor < end, base[cursor] == UInt8(ascii: "\"") else {
      try skipString()
      return nil
    }
    finishValue(at: cursor + 1)
    return value
  }

  /// Moves behind the string that is next.
  @inline(__always)
  mutating func skipString() throws(JSONFault) {
    finishValue(at: try endOfString(from: position + 1).close + 1)
  }

  /// Where the string ends that began before `start`, and whether a backslash stands in it.
  @inline(__always)
  private func endOfString(from start: Int) throws(JSONFault) -> (close: Int, hasEscape: Bool) {
    var cursor = start
    while cursor < end {
      let byte = base[cursor]
      if byte == UInt8(ascii: "\"") { return (cursor, false) }
      if byte == UInt8(ascii: "\\") { return (try endOfEscapedString(from: cursor), true) }
      guard byte >= 0x20 else { throw JSONFault(offset: cursor, reason: .controlCharacter) }
      cursor += 1
    }
    throw JSONFault(offset: end, reason: .endsInside("a string"))
  }

  @inline(never)
  private func endOfEscapedString(from start: Int) throws(JSONFault) -> Int {
    var cursor = start
    while cursor < end {
      switch base[cursor] {
      case UInt8(ascii: "\""): return cursor
      case UInt8(ascii: "\\"): cursor += 2
      case 0..<0x20: throw JSONFault(offset: cursor, reason: .controlCharacter)
      default: cursor += 1
      }
    }
    throw JSONFault(offset: end, reason: .endsInside("a string"))
  }

  // MARK: Escapes

  private func unescaped(_ range: Range<Int>) throws(JSONFault) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    var cursor = range.lowerBound
    while cursor < range.upperBound {
      let byte = base[cursor]
      cursor += 1
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard cursor < range.upperBound else { throw JSONFault(offset: cursor, reason: .badEscape) }
      if base[cursor] == UInt8(ascii: "u") {
        bytes.append(contentsOf: String(try takeUnicodeEscape(&cursor, before: range.upperBound)).utf8)
      } else {
        bytes.append(try simpleEscape(base[cursor], at: cursor))
        cursor += 1
      }
    }
    return bytes
  }

  private func simpleEscape(_ letter: UInt8, at offset: Int) throws(JSONFault) -> UInt8 {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: throw JSONFault(offset: offset, reason: .badEscape)
    }
  }

  /// The character of `uXXXX`, or of a pair of surrogates `uXXXX\uXXXX`.
  private func takeUnicodeEscape(_ cursor: inout Int, before limit: Int) throws(JSONFault) -> Unicode.Scalar {
    let unit = try takeHexUnit(&cursor, before: limit)
    guard unit & 0xFC00 == 0xD800, cursor + 1 < limit, base[cursor] == UInt8(ascii: "\\"),
      base[cursor + 1] == UInt8(ascii: "u")
    else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
    var next = cursor + 1
    let low = try takeHexUnit(&next, before: limit)
    guard low & 0xFC00 == 0xDC00 else { return "\u{FFFD}" }
    cursor = next
    return Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF))) ?? "\u{FFFD}"
  }

  private func takeHexUnit(_ cursor: inout Int, before limit: Int) throws(JSONFault) -> UInt16 {
    guard limit - cursor >= 5 else { throw JSONFault(offset: cursor, reason: .badEscape) }
    let digits = UnsafeBufferPointer(start: base + cursor + 1, count: 4)
    guard digits.allSatisfy({ UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "f") }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw JSONFault(offset: cursor, reason: .badEscape) }
    cursor += 5
    return unit
  }
}

extension JSONCursor {
  /// The next key of the object as text, nil at its end, which is then behind the cursor.
  mutating func nextName() throws(JSONFault) -> String? {
    guard try advanceInside(closing: UInt8(ascii: "}"), "an object") else { return nil }
    guard base[position] == UInt8(ascii: "\"") else { throw expected("a name in quotes") }
    let name = try takeString()
    try takeColon()
    return name
  }
}

extension JSONCursor {
  /// Moves behind the value that is next, whatever it is.
  ///
  /// Brackets must match and strings must end; numbers and words are only looked at as far as their end.
  mutating func skip() throws(JSONFault) {
    guard let first = nextByte() else { throw fault(.endsInside("before a value")) }
    switch first {
    case UInt8(ascii: "\""): try skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer()
    case UInt8(ascii: "t"): try takeWord("true")
    case UInt8(ascii: "f"): try takeWord("false")
    case UInt8(ascii: "n"): try takeWord("null")
    default: _ = try takeNumber()
    }
  }

  /// Moves behind the array or object that is next. No recursion: one bit for each open bracket says its kind.
  private mutating func skipContainer() throws(JSONFault) {
    var isObject: UInt64 = 0
    var open = 0
    var cursor = position
    while cursor < end {
      let byte = base[cursor]
      switch byte {
      case UInt8(ascii: "\""):
        finishValue(at: cursor)
        try skipString()
        cursor = position
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open < Self.deepest else { throw JSONFault(offset: cursor, reason: .tooDeep) }
        isObject = isObject << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
        open += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard (isObject & 1 == 1) == (byte == UInt8(ascii: "}")) else {
          throw JSONFault(offset: cursor, reason: .expected(isObject & 1 == 1 ? "\"}\"" : "\"]\""))
        }
        isObject >>= 1
        open -= 1
        if open == 0 {
          finishValue(at: cursor + 1)
          return
        }
      default: break
      }
      cursor += 1
    }
    throw JSONFault(offset: end, reason: .endsInside(isObject & 1 == 1 ? "an object" : "an array"))
  }
}

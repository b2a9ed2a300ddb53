import CJSONScan

extension JSONCursor {
  /// Moves behind the value that is next, whatever it is.
  ///
  /// Brackets must balance and strings must end, but what lies between is not looked at.
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

  /// Moves behind the array or object that is next, 64 bytes at a stride.
  private mutating func skipContainer() throws(JSONFault) {
    var state = SkipState()
    var cursor = position
    while cursor < end {
      state.pass(base, &cursor, before: end)
      // The container may end within these bytes, or something in them needs a closer look.
      let limit = min(cursor + SkipState.blockSize, end)
      while cursor < limit {
        let byte = base[cursor]
        cursor += 1
        if try state.take(byte, at: cursor - 1) { return finishValue(at: cursor) }
      }
    }
    throw JSONFault(offset: end, reason: .endsInside(state.inString ? "a string" : "an array or object"))
  }
}

/// How far into nested brackets and strings a skipping cursor is.
private struct SkipState {
  private(set) var depth = 0
  private(set) var inString = false
  private var escaped = false

  /// Blocks of so many bytes are passed at once.
  static let blockSize = 64

  /// Passes over blocks up to the first one that needs a closer look.
  mutating func pass(_ text: UnsafePointer<UInt8>, _ cursor: inout Int, before end: Int) {
    guard !escaped else { return }
    var state = json_scan_state(depth: depth, in_string: inString)
    cursor = json_scan_pass(text, cursor, end, JSONCursor.deepest, &state)
    (depth, inString) = (state.depth, state.in_string)
  }

  /// Takes one byte; true where it closes the outermost bracket.
  @inline(__always)
  mutating func take(_ byte: UInt8, at offset: Int) throws(JSONFault) -> Bool {
    if inString {
      if escaped {
        escaped = false
      } else if byte == UInt8(ascii: "\"") {
        inString = false
      } else if byte == UInt8(ascii: "\\") {
        escaped = true
      } else if byte < 0x20 {
        throw JSONFault(offset: offset, reason: .controlCharacter)
      }
      return false
    }
    switch byte {
    case UInt8(ascii: "\""): inString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard depth < JSONCursor.deepest else { throw JSONFault(offset: offset, reason: .tooDeep) }
      depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      depth -= 1
      return depth == 0
    default: break
    }
    return false
  }
}

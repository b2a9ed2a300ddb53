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
      if end - cursor >= ByteBlock.size {
        let block = ByteBlock(base + cursor)
        if !block.needsCare, state.pass(block) {
          cursor += ByteBlock.size
          continue
        }
      }
      // The container may end within these bytes, or something in them needs a closer look.
      let limit = min(cursor + ByteBlock.size, end)
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

  /// Passes over a block without backslashes; false, and nothing is done, where the outermost bracket may close in it.
  @inline(__always)
  mutating func pass(_ block: ByteBlock) -> Bool {
    guard !escaped else { return false }
    let strings = Self.parity(block.quotes) ^ (inString ? .max : 0)
    let closing = (block.closing & ~strings).nonzeroBitCount
    let depthAfterOpening = depth + (block.opening & ~strings).nonzeroBitCount
    guard closing < depth, depthAfterOpening <= JSONCursor.deepest else { return false }
    depth = depthAfterOpening - closing
    inString = strings >> 63 == 1
    return true
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

  /// Bit i of the result is the parity of bits 0…i: 1 from an opening quote up to its closing one.
  @inline(__always)
  private static func parity(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits ^= bits << 1
    bits ^= bits << 2
    bits ^= bits << 4
    bits ^= bits << 8
    bits ^= bits << 16
    bits ^= bits << 32
    return bits
  }
}

/// Where in 64 bytes quotes and brackets stand, one bit for each byte.
///
/// The idea is that of Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019).
private struct ByteBlock {
  static let size = 64

  private(set) var quotes: UInt64 = 0
  private(set) var opening: UInt64 = 0
  private(set) var closing: UInt64 = 0
  /// A backslash or a control character stands among the bytes.
  let needsCare: Bool

  @inline(__always)
  init(_ bytes: UnsafePointer<UInt8>) {
    typealias Lane = SIMD16<UInt8>
    var care = SIMDMask<SIMD16<Int8>>(repeating: false)
    for lane in 0..<4 {
      let bytes = UnsafeRawPointer(bytes + 16 * lane).loadUnaligned(as: Lane.self)
      // Setting this bit makes one of [ and {, and one of ] and }; no other bytes of JSON fall together with them.
      let braces = bytes | Lane(repeating: 0x20)
      quotes |= Self.bits(bytes .== Lane(repeating: UInt8(ascii: "\""))) << UInt64(16 * lane)
      opening |= Self.bits(braces .== Lane(repeating: UInt8(ascii: "{"))) << UInt64(16 * lane)
      closing |= Self.bits(braces .== Lane(repeating: UInt8(ascii: "}"))) << UInt64(16 * lane)
      care .|= bytes .== Lane(repeating: UInt8(ascii: "\\")) .| (bytes .< Lane(repeating: 0x20))
    }
    needsCare = Self.bits(care) != 0
  }

  private static let weights = SIMD16<UInt8>(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128)

  /// One bit for each true lane. Each byte keeps its own bit, and a product adds the eight bytes of a half.
  @inline(__always)
  private static func bits(_ mask: SIMDMask<SIMD16<Int8>>) -> UInt64 {
    let weighted = SIMD16<UInt8>(repeating: 0).replacing(with: weights, where: mask)
    let halves = unsafeBitCast(weighted, to: SIMD2<UInt64>.self)
    let ones: UInt64 = 0x0101_0101_0101_0101
    return (halves[0] &* ones) >> 56 | ((halves[1] &* ones) >> 56) << 8
  }
}

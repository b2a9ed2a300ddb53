/// Knows places inside a piece that no token reaches across. Merging never does so there either, and what
/// stands on the two sides of such a seam may be merged on its own.
///
/// Chinese, Japanese or Thai runs on for a sentence without a space. The sentence does not come back, but
/// the characters and words between its seams do, and those can be remembered.
///
/// A seam is looked for only in front of a character of two or three bytes that follows a byte of another
/// character, with three bytes on both sides. Bits say whether a token may reach across, so that some seams
/// are not found; what is found is one.
final class Seams: Sendable {
  /// Tokens with three bytes or more on both sides: a bit for the hash of the six bytes around.
  private let wide: HashBits
  /// Tokens with fewer on a side: a bit for the hash of the four bytes around, of which a token that has only one of
  /// the two on a side may stand for many.
  private let near: [UInt64]

  /// Bits for every six bytes: fewer than one seam in this many is not found. As few as that, because the table is read
  /// all over, and cl100k with its 779 comes to 4 KB, o200k to 128.
  private static let wideSpread = 32
  private static let nearBits: UInt64 = 18
  /// How many bytes on each side are looked at.
  private static let reach = 3
  /// A piece that is shorter has no seam.
  static let shortest = 2 * reach

  /// The seams that these tokens leave.
  init(_ tokens: some Sequence<ArraySlice<UInt8>>) {
    var sixes: Set<UInt64> = []
    var near = [UInt64](repeating: 0, count: 1 << (Self.nearBits - 6))
    for token in tokens {
      token.withUnsafeBufferPointer { token in
        for place in token.indices.dropFirst() where Self.mayBeSeam(token[place - 1], token[place]) {
          if place >= Self.reach, token.count - place >= Self.reach {
            sixes.insert((0..<6).reduce(UInt64(0)) { $0 | UInt64(token[place - 3 + $1]) << UInt64($1 * 8) })
          } else {
            for around in Self.fours(around: place, of: token) { Self.set(Self.nearHash(around), in: &near) }
          }
        }
      }
    }
    self.near = near
    wide = HashBits(sixes.map(Self.wideHash), spread: Self.wideSpread)
  }

  /// The four bytes around a place of a token as `nearHash` reads them, with everything in place of what is outside.
  private static func fours(around place: Int, of token: UnsafeBufferPointer<UInt8>) -> [UInt64] {
    // Six bits of each byte count.
    let before = place > 1 ? [UInt64(token[place - 2])] : Array(0..<64)
    let second = place + 1 < token.count ? [UInt64(token[place + 1])] : Array(0..<64)
    let middle = UInt64(token[place - 1]) << 16 | UInt64(token[place]) << 24
    return before.flatMap { before in second.map { second in before << 8 | middle | second << 32 } }
  }

  /// The first seam between two indices, or the second of them.
  func first(after start: Int, before end: Int, in text: ScanText) -> Int {
    var index = start + Self.reach
    // Eight bytes are read at once, of which the last two do not matter.
    let last = min(end - Self.reach, text.count - 5)
    while index <= last {
      if Self.mayBeSeam(text[index - 1], text[index]) {
        let raw = UnsafeRawPointer(text.base + index - Self.reach)
        if !isCrossed(UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))) { return index }
        index += 2
      } else {
        index += text[index] < 0x80 && index + 8 <= text.count ? text.narrow(at: index) : 1
      }
    }
    return end
  }

  /// Which of some places have a seam: a bit for every byte from an index on.
  ///
  /// - Parameter places: Where one of two or three bytes follows a byte of another character. There are three bytes before
  ///   and five from the place on in the text.
  @inline(__always) func bits(of places: UInt64, from index: Int, in text: ScanText) -> UInt64 {
    var found = places
    var rest = places
    while rest != 0 {
      let place = rest.trailingZeroBitCount
      rest &= rest &- 1
      let raw = UnsafeRawPointer(text.base + index + place - Self.reach)
      let isCrossed = isCrossed(UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)))
      // Without a branch: where there are seams cannot be foreseen.
      found &= ~((isCrossed ? 1 : 0) &<< UInt64(truncatingIfNeeded: place))
    }
    return found
  }

  /// The places in a block, a bit for each, where pieces that are too long to be known may have a seam: three bytes or
  /// more from both ends of a piece.
  ///
  /// - Parameter ends: The bytes behind the pieces, of which the first begins with the block.
  @inline(__always) static func places(inPiecesThatEndAt ends: UInt64) -> UInt64 {
    // The bytes of pieces behind the first of each.
    let behind = ~0 &<< UInt64(truncatingIfNeeded: 63 &- (ends | 1).leadingZeroBitCount)
    let inside = ~(ends | 1 | behind)
    // Those of which as many as a known piece has, twelve, follow each other; then all but the first and last two of these.
    var runs = inside & inside &>> 1
    runs &= runs &>> 2
    runs &= runs &>> 4
    runs &= runs &>> 4
    runs |= runs &<< 1
    runs |= runs &<< 2
    runs |= runs &<< 4
    runs |= runs &<< 4
    runs &= runs &<< 1 & runs &>> 1
    return runs & runs &<< 1 & runs &>> 1
  }

  /// Whether a token may reach from the lowest three bytes into the next three.
  @inline(__always) private func isCrossed(_ around: UInt64) -> Bool {
    // Both are asked: which of them says so cannot be foreseen.
    let bits = wide.bit(of: Self.wideHash(around)) | Self.bit(Self.nearHash(around), of: near)
    return bits & 1 != 0
  }

  @inline(__always) private static func mayBeSeam(_ left: UInt8, _ right: UInt8) -> Bool {
    left & 0xC0 == 0x80 && right >= 0xC0 && right < 0xF0
  }

  @inline(__always) private static func wideHash(_ around: UInt64) -> UInt64 {
    (around & 0xFFFF_FFFF_FFFF) &* 0x9E37_79B9_7F4A_7C15
  }

  /// By six bits of each of the four bytes in the middle: what is not well-formed may have other bytes there than
  /// those that a part of a token stands for, and has the same bits as one of them.
  @inline(__always) private static func nearHash(_ around: UInt64) -> Int {
    Int(truncatingIfNeeded: ((around & 0x3F_3F3F_3F00) &* 0x9E37_79B9_7F4A_7C15) >> (64 - nearBits))
  }

  private static func set(_ bit: Int, in bits: inout [UInt64]) { bits[bit >> 6] |= 1 << UInt64(bit & 63) }

  /// A bit, below others.
  @inline(__always) private static func bit(_ bit: Int, of bits: [UInt64]) -> UInt64 {
    bits.withUnsafeBufferPointer { $0[bit >> 6] &>> UInt64(bit & 63) }
  }
}

extension ScanText {
  /// How many of the eight bytes from an index on, from the first, begin no character of several bytes.
  @inline(__always) fileprivate func narrow(at index: Int) -> Int {
    let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    let leads = word & word << 1 & 0x8080_8080_8080_8080
    return leads.trailingZeroBitCount >> 3
  }
}

/// Bytes under a scanner: UTF-8, cut scalar by scalar, with a rule for what is not UTF-8.
///
/// A byte that is not part of a well-formed sequence counts as one scalar of its own with the class
/// of U+FFFD, a symbol. The pieces are then those the references find after replacing the byte by
/// U+FFFD, but the byte itself is kept, so that decoding gives the input back.
struct ScanText {
  /// The first byte.
  let base: UnsafePointer<UInt8>
  /// How many there are.
  let count: Int
  /// `ScalarClass.table`.
  let classes: UnsafePointer<UInt8>

  /// The byte at an index below `count`.
  @inline(__always) subscript(index: Int) -> UInt8 { base[index] }

  /// The class and the length in bytes of the scalar at an index below `count`.
  ///
  /// The common forms of two and three bytes are taken apart in one load; the rest is left to the plain way.
  @inline(__always) func scalar(at index: Int) -> (class: ScalarClass, length: Int) {
    let lead = UInt32(base[index])
    if lead < 0x80 { return (ScalarClass(rawValue: classes[Int(lead)]), 1) }
    if lead >= 0xC2, lead < 0xF0, index + 4 <= count {
      let word = UInt32(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt32.self))
      if lead < 0xE0 {
        if word & 0xC000 == 0x8000 {
          return (ScalarClass(rawValue: classes[Int((lead & 0x1F) << 6 | (word >> 8) & 0x3F)]), 2)
        }
      } else if word & 0xC0C000 == 0x808000 {
        let point = (lead & 0x0F) << 12 | (word >> 2) & 0xFC0 | (word >> 16) & 0x3F
        if point >= 0x800, point & 0xF800 != 0xD800 { return (ScalarClass(rawValue: classes[Int(point)]), 3) }
      }
    }
    return plainScalar(at: index)
  }

  private func plainScalar(at index: Int) -> (class: ScalarClass, length: Int) {
    let (point, length) = codePoint(at: index)
    guard let point else { return (.symbol, 1) }
    return (ScalarClass(rawValue: classes[Int(point)]), length)
  }

  /// The code point and its length in bytes; no code point and length 1 where the bytes are not UTF-8.
  ///
  /// Well-formed is as in table 3-7 of the Unicode standard: no overlong forms, no surrogates.
  func codePoint(at index: Int) -> (point: UInt32?, length: Int) {
    let lead = UInt32(base[index])
    if lead < 0x80 { return (lead, 1) }
    guard lead >= 0xC2, lead <= 0xF4, index + 1 < count else { return (nil, 1) }
    let second = UInt32(base[index + 1])
    guard second & 0xC0 == 0x80 else { return (nil, 1) }
    if lead < 0xE0 { return ((lead & 0x1F) << 6 | second & 0x3F, 2) }
    guard index + 2 < count else { return (nil, 1) }
    let third = UInt32(base[index + 2])
    guard third & 0xC0 == 0x80 else { return (nil, 1) }
    if lead < 0xF0 {
      let point = (lead & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F
      guard point >= 0x800, point & 0xF800 != 0xD800 else { return (nil, 1) }
      return (point, 3)
    }
    guard index + 3 < count, base[index + 3] & 0xC0 == 0x80 else { return (nil, 1) }
    let point =
      (lead & 0x07) << 18 | (second & 0x3F) << 12 | (third & 0x3F) << 6 | UInt32(base[index + 3]) & 0x3F
    guard point >= 0x10000, point < 0x110000 else { return (nil, 1) }
    return (point, 4)
  }
}

extension ScanText {
  /// Where the run of scalars with one of these classes ends, as `letters` tells the classes.
  @inline(__always) func run<Letters: WordLetters>(
    of wanted: ScalarClass, from start: Int, _ letters: Letters.Type = AllLetters.self
  ) -> Int {
    var index = start
    while index < count {
      let (found, length) = Letters.scalar(at: index, in: self)
      if found.isDisjoint(with: wanted) { break }
      index += length
    }
    return index
  }

  /// Where a run of letters, or of letters and what else makes up a word, ends: ASCII eight bytes at a time.
  ///
  /// - Parameters:
  ///   - isSmall: Whether of the ASCII letters only small ones are wanted.
  ///   - letters: Tells the classes of the others.
  @inline(__always) func word<Letters: WordLetters>(
    of wanted: ScalarClass, from start: Int, isSmall: Bool = false, _ letters: Letters.Type = AllLetters.self
  ) -> Int {
    var index = start
    while index &+ 8 <= count {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
      let letters = isSmall ? Self.leadingSmallLetters(word) : Self.leadingLetters(word)
      index &+= letters
      if letters == 8 { continue }
      if base[index] < 0x80 { return index }
      // Where one is not ASCII, the next is not either, most of the time.
      repeat {
        let (found, length) = Letters.scalar(at: index, in: self)
        if found.isDisjoint(with: wanted) { return index }
        index &+= length
      } while index < count && base[index] >= 0x80
    }
    return run(of: wanted, from: index, letters)
  }

  /// How many of eight bytes, from the first, are ASCII letters.
  @inline(__always) static func leadingLetters(_ word: UInt64) -> Int {
    // A byte beyond ASCII keeps its high bit, and case is removed from no other.
    leadingSmallLetters(word | 0x2020_2020_2020_2020)
  }

  /// How many of eight bytes, from the first, are small ASCII letters.
  ///
  /// In each byte, adding 0x1F sets the high bit from "a" on, and 0x05 from beyond "z" on.
  @inline(__always) static func leadingSmallLetters(_ word: UInt64) -> Int {
    let high: UInt64 = 0x8080_8080_8080_8080
    let small = word & ~high
    let fromA = small &+ 0x1F1F_1F1F_1F1F_1F1F
    let beyondZ = small &+ 0x0505_0505_0505_0505
    let isLetter = fromA & ~beyondZ & ~word & high
    return (~isLetter & high).trailingZeroBitCount >> 3
  }

  /// Where the run of scalars with none of these classes ends.
  @inline(__always) func run(ofNone excluded: ScalarClass, from start: Int) -> Int {
    var index = start
    while index < count {
      let (found, length) = scalar(at: index)
      if !found.isDisjoint(with: excluded) { break }
      index += length
    }
    return index
  }

  /// Where a run of `\r` and `\n` ends.
  @inline(__always) func newlines(from start: Int) -> Int {
    var index = start
    while index < count, base[index] == 0x0A || base[index] == 0x0D { index += 1 }
    return index
  }

  /// Where the piece of white space ends that begins here: `\s*[\r\n]+|\s+(?!\S)|\s+`.
  ///
  /// Up to the last newline of the run if there is one; else all of it at the end of the text; else
  /// all but its last scalar, which goes with the word behind it.
  func whiteSpacePiece(from start: Int) -> Int {
    var index = start
    var last = start
    var afterNewline: Int?
    while index < count {
      let (found, length) = scalar(at: index)
      if !found.contains(.space) { break }
      last = index
      index += length
      if base[last] == 0x0A || base[last] == 0x0D { afterNewline = index }
    }
    if let afterNewline { return afterNewline }
    return index < count && last > start ? last : index
  }

  /// The same without a rule for newlines: `\s+(?!\S)|\s+`.
  func plainWhiteSpacePiece(from start: Int) -> Int {
    var index = start
    var last = start
    while index < count {
      let (found, length) = scalar(at: index)
      if !found.contains(.space) { break }
      last = index
      index += length
    }
    return index < count && last > start ? last : index
  }
}

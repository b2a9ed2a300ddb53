/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
///
/// Llama 3 and OLMo use it as it is, Qwen 2 to 3 with single digits, Qwen 3.5 with words that also
/// hold marks: `[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+` and ` ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*`.
struct CL100KScanner: PieceScanner {
  /// How many digits stand together at most.
  var digits: Int
  /// What a word consists of: letters, or letters and marks.
  var word: ScalarClass

  var plainRules: PlainBlock.Rules { .later(digits: digits, word.contains(.mark) ? .marks : []) }

  @inline(__always) func end(from start: Int, in text: ScanText) -> Int {
    let lead = text[start]
    if lead == 0x20, start + 1 < text.count, text.isASCIILetter(at: start + 1) {
      return text.word(of: word, from: start + 2)
    }
    let (found, length) = text.scalar(at: start)
    let next = start + length
    if !found.isDisjoint(with: .letter) { return text.word(of: word, from: next) }
    if lead == UInt8(ascii: "'"), let end = text.contraction(from: start) { return end }
    if found.contains(.number) { return text.number(from: start, atMost: digits) }
    if !found.isDisjoint(with: word) { return text.word(of: word, from: next) }
    if lead != 0x0A, lead != 0x0D, next < text.count {
      let (after, width) = text.scalar(at: next)
      if !after.isDisjoint(with: word) { return text.word(of: word, from: next + width) }
    }
    return punctuation(from: start, in: text) ?? text.whiteSpacePiece(from: start)
  }

  private func punctuation(from start: Int, in text: ScanText) -> Int? {
    let excluded = word.union([.letter, .number, .space])
    let first = text[start] == 0x20 ? start + 1 : start
    let end = text.run(ofNone: excluded, from: first)
    return end > first ? text.newlines(from: end) : nil
  }
}

extension ScanText {
  /// Whether the byte here is an ASCII letter.
  @inline(__always) func isASCIILetter(at index: Int) -> Bool {
    let small = base[index] | 0x20
    return small >= UInt8(ascii: "a") && small <= UInt8(ascii: "z")
  }

  /// The end of a contraction `(?i:'s|'t|'re|'ve|'m|'ll|'d)` whose apostrophe is at `start`.
  ///
  /// U+017F, the long s, is an `s` when case does not matter; both references say so.
  func contraction(from start: Int) -> Int? {
    guard start + 1 < count else { return nil }
    let first = base[start + 1] | 0x20
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return base[start + 1] < 0x80 ? start + 2 : nil
    default: break
    }
    guard start + 2 < count else { return nil }
    if base[start + 1] == 0xC5, base[start + 2] == 0xBF { return start + 3 }
    switch (first, base[start + 2] | 0x20) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }

  /// The end of a run of at most `limit` numbers.
  @inline(__always) func number(from start: Int, atMost limit: Int) -> Int {
    var index = start
    var found = 0
    while index < count, found < limit {
      let (kind, length) = scalar(at: index)
      if !kind.contains(.number) { break }
      index += length
      found += 1
    }
    return index
  }
}

/// `[^\r\n\p{L}\p{N}]?A*Z+C?|[^\r\n\p{L}\p{N}]?A+Z*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// with `A = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, `Z = [\p{Ll}\p{Lm}\p{Lo}\p{M}]` and
/// `C = (?i:'s|'t|'re|'ve|'m|'ll|'d)`.
///
/// Llama 4 uses it as it is, Tekken without contractions and with single digits.
struct O200KScanner: PieceScanner {
  /// How many digits stand together at most.
  var digits: Int
  /// Whether a word takes its contraction along.
  var suffix: Suffix

  /// What may follow a word in the same piece.
  enum Suffix { case none, contraction }

  @inline(__always) func end(from start: Int, in text: ScanText) -> Int {
    let (found, length) = text.scalar(at: start)
    if found.contains(.number) { return text.number(from: start, atMost: digits) }
    if let end = word(from: start, found, length, in: text) { return contraction(after: end, in: text) }
    let first = text[start] == 0x20 ? start + 1 : start
    var end = text.run(ofNone: [.letter, .number, .space], from: first)
    guard end > first else { return text.whiteSpacePiece(from: start) }
    while end < text.count, text[end] == 0x0A || text[end] == 0x0D || text[end] == UInt8(ascii: "/") {
      end += 1
    }
    return end
  }

  /// The two word alternatives, each with and then without the character before the word.
  @inline(__always)
  private func word(from start: Int, _ found: ScalarClass, _ length: Int, in text: ScanText) -> Int? {
    let isLetter = !found.isDisjoint(with: .letter)
    let prefixed = isLetter || text[start] == 0x0A || text[start] == 0x0D ? nil : start + length
    let bare = isLetter || found.contains(.mark) ? start : nil
    if let prefixed, let end = lowered(from: prefixed, in: text) { return end }
    if let bare, let end = lowered(from: bare, in: text) { return end }
    if let prefixed, let end = raised(from: prefixed, in: text) { return end }
    if let bare { return raised(from: bare, in: text) }
    return nil
  }

  /// `A*Z+`. Without a small letter behind `A*`, `Z+` is left with the last scalar that is in both.
  @inline(__always) private func lowered(from start: Int, in text: ScanText) -> Int? {
    var index = start
    if index < text.count, text[index] >= UInt8(ascii: "a"), text[index] <= UInt8(ascii: "z") {
      return smallWord(from: index + 1, in: text)
    }
    var afterBoth: Int?
    while index < text.count {
      let (found, length) = text.scalar(at: index)
      if found.contains(.lower) {
        return smallWord(from: index + length, in: text)
      }
      if found.isDisjoint(with: [.upper, .caseless, .mark]) { break }
      index += length
      if !found.contains(.upper) { afterBoth = index }
    }
    return afterBoth
  }

  @inline(__always) private func smallWord(from start: Int, in text: ScanText) -> Int {
    text.word(of: [.lower, .caseless, .mark], from: start, ascii: ScanText.leadingSmallLetters)
  }

  /// `A+Z*`, where `A*Z+` has not matched: capitals only.
  private func raised(from start: Int, in text: ScanText) -> Int? {
    let end = text.run(of: .upper, from: start)
    return end > start ? end : nil
  }

  @inline(__always) private func contraction(after end: Int, in text: ScanText) -> Int {
    guard suffix == .contraction, end < text.count, text[end] == UInt8(ascii: "'") else { return end }
    return text.contraction(from: end) ?? end
  }
}

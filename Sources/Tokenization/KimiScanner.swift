/// `[\p{Han}]+|[^\r\n\p{L}\p{N}]?A*Z+C?|[^\r\n\p{L}\p{N}]?A+Z*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// with `A = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]`, `Z = [\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]` and
/// `C = (?i:'s|'t|'re|'ve|'m|'ll|'d)`: Kimi K2.
///
/// The words are those of `O200KScanner`, but that Han, which has a piece of its own, ends them.
struct KimiScanner: PieceScanner {
  func end(from start: Int, in text: ScanText) -> Int {
    if isHan(at: start, in: text) { return han(from: start, in: text) }
    let (found, length) = text.scalar(at: start)
    if found.contains(.number) { return text.number(from: start, atMost: 3) }
    if let end = word(from: start, found, length, in: text) {
      let isSuffixed = end < text.count && text[end] == UInt8(ascii: "'")
      return isSuffixed ? text.contraction(from: end) ?? end : end
    }
    let first = text[start] == 0x20 ? start + 1 : start
    let end = text.run(ofNone: [.letter, .number, .space], from: first)
    return end > first ? text.newlines(from: end) : text.whiteSpacePiece(from: start)
  }

  private func han(from start: Int, in text: ScanText) -> Int {
    var index = start
    while index < text.count, isHan(at: index, in: text) { index += text.codePoint(at: index).length }
    return index
  }

  /// The script Han begins at U+2E80, which is E2 BA 80.
  private func isHan(at index: Int, in text: ScanText) -> Bool {
    guard text[index] >= 0xE2, let point = text.codePoint(at: index).point else { return false }
    return ScalarSet.han.contains(point)
  }

  /// The two word alternatives, each with and then without the character before the word.
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
  private func lowered(from start: Int, in text: ScanText) -> Int? {
    var index = start
    var afterBoth: Int?
    while index < text.count, !isHan(at: index, in: text) {
      let (found, length) = text.scalar(at: index)
      if found.contains(.lower) {
        return run(of: [.lower, .caseless, .mark], from: index + length, in: text)
      }
      if found.isDisjoint(with: [.upper, .caseless, .mark]) { break }
      index += length
      if !found.contains(.upper) { afterBoth = index }
    }
    return afterBoth
  }

  /// `A+Z*`, where `A*Z+` has not matched: capitals only.
  private func raised(from start: Int, in text: ScanText) -> Int? {
    let end = run(of: .upper, from: start, in: text)
    return end > start ? end : nil
  }

  private func run(of wanted: ScalarClass, from start: Int, in text: ScanText) -> Int {
    var index = start
    while index < text.count, !isHan(at: index, in: text) {
      let (found, length) = text.scalar(at: index)
      if found.isDisjoint(with: wanted) { break }
      index += length
    }
    return index
  }
}

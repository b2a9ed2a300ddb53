/// `[\p{Han}]+|[^\r\n\p{L}\p{N}]?A*Z+C?|[^\r\n\p{L}\p{N}]?A+Z*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// with `A = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]`, `Z = [\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]` and
/// `C = (?i:'s|'t|'re|'ve|'m|'ll|'d)`: Kimi K2.
///
/// The words are those of `O200KScanner`, but that Han, which has a piece of its own, ends them.
struct KimiScanner: PieceScanner {
  var plainRules: PlainBlock.Rules { .later(digits: 3, [.capitals, .onlyASCII]) }

  func end(from start: Int, in text: ScanText) -> Int {
    if text.isHan(at: start) { return han(from: start, in: text) }
    let (found, length) = text.scalar(at: start)
    if found.contains(.number) { return text.number(from: start, atMost: 3) }
    if let end = CasedWord<LettersButHan>.end(from: start, found, length, in: text) {
      let isSuffixed = end < text.count && text[end] == UInt8(ascii: "'")
      return isSuffixed ? text.contraction(from: end) ?? end : end
    }
    let first = text[start] == 0x20 ? start + 1 : start
    let end = text.run(ofNone: [.letter, .number, .space], from: first)
    return end > first ? text.newlines(from: end) : text.whiteSpacePiece(from: start)
  }

  private func han(from start: Int, in text: ScanText) -> Int {
    var index = start
    while index < text.count, text.isHan(at: index) { index += text.codePoint(at: index).length }
    return index
  }
}

/// All that are letters or marks and not Han.
private enum LettersButHan: WordLetters {
  static func scalar(at index: Int, in text: ScanText) -> (class: ScalarClass, length: Int) {
    let (found, length) = text.scalar(at: index)
    return (text.isHan(at: index) ? [] : found, length)
  }
}

extension ScanText {
  /// Whether the scalar here is Han. The script begins at U+2E80, which is E2 BA 80.
  fileprivate func isHan(at index: Int) -> Bool {
    guard self[index] >= 0xE2, let point = codePoint(at: index).point else { return false }
    return ScalarSet.han.contains(point)
  }
}

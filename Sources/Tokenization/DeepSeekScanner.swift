/// DeepSeek V3, a sequence of three patterns, each of which sees only what the one before left over:
/// `\p{N}{1,3}`, then `[一-龥぀-ゟ゠-ヿ]+`, then
/// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+``
///
/// A number or a CJK run ends the text as far as the last pattern can see: `(?!\S)` holds in front of
/// it, so that "a  1" keeps both spaces together and "a  b" does not. What no pattern matches, such as
/// control characters, stays together as a piece.
struct DeepSeekScanner: PieceScanner {
  var plainRules: PlainBlock.Rules { .later(digits: 3, [.numbersApart, .onlyASCII]) }

  func end(from start: Int, in text: ScanText) -> Int {
    let (found, length) = text.scalar(at: start)
    if found.contains(.number) { return text.number(from: start, atMost: 3) }
    if isCJK(at: start, in: text) { return cjk(from: start, in: text) }
    if let end = match(from: start, found, length, in: text) { return end }
    var index = start + length
    while index < text.count {
      let (next, width) = text.scalar(at: index)
      if next.contains(.number) || isCJK(at: index, in: text) { break }
      if match(from: index, next, width, in: text) != nil { break }
      index += width
    }
    return index
  }

  private func match(from start: Int, _ found: ScalarClass, _ length: Int, in text: ScanText) -> Int? {
    let next = start + length
    if isASCIIPunctuation(text[start]), next < text.count, text.isASCIILetter(at: next) {
      var index = next + 1
      while index < text.count, text.isASCIILetter(at: index) { index += 1 }
      return index
    }
    if isWord(found) { return word(from: next, in: text) }
    let mayPrefix =
      found.isDisjoint(with: [.punctuation, .symbol]) && text[start] != 0x0A && text[start] != 0x0D
    if mayPrefix, let after = visible(at: next, in: text), isWord(after.class) {
      return word(from: next + after.length, in: text)
    }
    let first = text[start] == 0x20 ? next : start
    let end = text.run(of: [.punctuation, .symbol], from: first)
    if end > first { return text.newlines(from: end) }
    return found.contains(.space) ? whiteSpace(from: start, in: text) : nil
  }

  private func isWord(_ found: ScalarClass) -> Bool { !found.isDisjoint(with: [.letter, .mark]) }

  /// The scalar here, unless the last pattern's view of the text ends.
  private func visible(at index: Int, in text: ScanText) -> (class: ScalarClass, length: Int)? {
    guard index < text.count else { return nil }
    let (found, length) = text.scalar(at: index)
    return found.contains(.number) || isCJK(at: index, in: text) ? nil : (found, length)
  }

  private func word(from start: Int, in text: ScanText) -> Int {
    var index = start
    while let (found, length) = visible(at: index, in: text), isWord(found) { index += length }
    return index
  }

  private func whiteSpace(from start: Int, in text: ScanText) -> Int {
    let end = text.whiteSpacePiece(from: start)
    let all = text.run(of: .space, from: start)
    let endsAtNewline = text[end - 1] == 0x0A || text[end - 1] == 0x0D
    return endsAtNewline || visible(at: all, in: text) != nil ? end : all
  }

  private func cjk(from start: Int, in text: ScanText) -> Int {
    var index = start
    while index < text.count, isCJK(at: index, in: text) { index += 3 }
    return index
  }

  /// U+4E00–U+9FA5, U+3040–U+309F or U+30A0–U+30FF.
  private func isCJK(at index: Int, in text: ScanText) -> Bool {
    guard text[index] >= 0xE3, text[index] <= 0xE9 else { return false }
    guard let point = text.codePoint(at: index).point else { return false }
    return (0x4E00...0x9FA5).contains(point) || (0x3040...0x30FF).contains(point)
  }

  private func isASCIIPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}

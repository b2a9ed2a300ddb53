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

  var plainRules: PlainBlock.Rules { .later(digits: digits, [.capitals, .slashes, .marks]) }

  @inline(__always) func end(from start: Int, in text: ScanText) -> Int {
    let (found, length) = text.scalar(at: start)
    if found.contains(.number) { return text.number(from: start, atMost: digits) }
    if let end = CasedWord<AllLetters>.end(from: start, found, length, in: text) {
      return contraction(after: end, in: text)
    }
    let first = text[start] == 0x20 ? start + 1 : start
    var end = text.run(ofNone: [.letter, .number, .space], from: first)
    guard end > first else { return text.whiteSpacePiece(from: start) }
    while end < text.count, text[end] == 0x0A || text[end] == 0x0D || text[end] == UInt8(ascii: "/") {
      end += 1
    }
    return end
  }

  @inline(__always) private func contraction(after end: Int, in text: ScanText) -> Int {
    guard suffix == .contraction, end < text.count, text[end] == UInt8(ascii: "'") else { return end }
    return text.contraction(from: end) ?? end
  }
}

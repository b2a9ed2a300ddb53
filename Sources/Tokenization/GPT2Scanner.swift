/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
struct GPT2Scanner: PieceScanner {
  var plainRules: PlainBlock.Rules { .gpt2 }

  @inline(__always) func end(from start: Int, in text: ScanText) -> Int {
    if text[start] == UInt8(ascii: "'"), let end = contraction(from: start, in: text) { return end }
    let word = text[start] == 0x20 && start + 1 < text.count ? start + 1 : start
    let (found, length) = text.scalar(at: word)
    if !found.isDisjoint(with: .letter) { return text.word(of: .letter, from: word + length) }
    if found.contains(.number) { return text.run(of: .number, from: word + length) }
    if found.contains(.space) { return text.plainWhiteSpacePiece(from: start) }
    return text.run(ofNone: [.letter, .number, .space], from: word + length)
  }

  private func contraction(from start: Int, in text: ScanText) -> Int? {
    guard start + 1 < text.count else { return nil }
    let first = text[start + 1]
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    default: break
    }
    guard start + 2 < text.count else { return nil }
    switch (first, text[start + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }
}

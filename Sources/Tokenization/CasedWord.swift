/// The words of patterns in which case counts: `[^\r\n\p{L}\p{N}]?A*Z+|[^\r\n\p{L}\p{N}]?A+Z*` with
/// `A = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]` and `Z = [\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
enum CasedWord<Letters: WordLetters> {
  /// The end of the word at `start`, whose scalar has this class and length: the two alternatives, each with
  /// and then without the character before the word.
  @inline(__always)
  static func end(from start: Int, _ found: ScalarClass, _ length: Int, in text: ScanText) -> Int? {
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
  @inline(__always) private static func lowered(from start: Int, in text: ScanText) -> Int? {
    var index = start
    if index < text.count, text[index] >= UInt8(ascii: "a"), text[index] <= UInt8(ascii: "z") {
      return small(from: index + 1, in: text)
    }
    var afterBoth: Int?
    while index < text.count {
      let (found, length) = Letters.scalar(at: index, in: text)
      if found.contains(.lower) { return small(from: index + length, in: text) }
      if found.isDisjoint(with: [.upper, .caseless, .mark]) { break }
      index += length
      if !found.contains(.upper) { afterBoth = index }
    }
    return afterBoth
  }

  @inline(__always) private static func small(from start: Int, in text: ScanText) -> Int {
    text.word(of: [.lower, .caseless, .mark], from: start, isSmall: true, Letters.self)
  }

  /// `A+Z*`, where `A*Z+` has not matched: capitals only.
  private static func raised(from start: Int, in text: ScanText) -> Int? {
    let end = text.run(of: .upper, from: start, Letters.self)
    return end > start ? end : nil
  }
}

/// Which scalars a word may consist of.
protocol WordLetters {
  /// The class and the length of the scalar at an index below the text's count; no class where none of these
  /// words has it.
  static func scalar(at index: Int, in text: ScanText) -> (class: ScalarClass, length: Int)
}

/// All that are letters or marks.
enum AllLetters: WordLetters {
  @inline(__always) static func scalar(at index: Int, in text: ScanText) -> (class: ScalarClass, length: Int)
  {
    text.scalar(at: index)
  }
}

/// Rules made ready for tokens of ASCII characters, nearly all that there are in a vocabulary: which of the rules a token
/// meets is found in one pass over its bytes, one bit for each rule.
///
/// ``TokenRule/isMet(by:)`` says the same of any token.
struct PlainTokenRules: Sendable {
  /// The rules without a condition, which all tokens meet.
  private var always: UInt64 = 0
  /// The rules that ask for classes, and of each character those whose classes hold it.
  private var classed: UInt64 = 0
  private var classes = [UInt64](repeating: 0, count: 0x80)
  private var words: [[UInt8]: UInt64] = [:]
  private var longestWord = 0
  /// By their first byte, the pieces one of which a token must hold.
  private var pieces = [[(piece: [UInt8], rule: UInt64)]](repeating: [], count: 0x80)
  private var isPieceStart = [Bool](repeating: false, count: 0x80)

  /// The rules in their order; nil where there are more than there are bits.
  init?(_ rules: [TokenRule]) {
    guard rules.count <= UInt64.bitWidth else { return nil }
    for (place, rule) in rules.enumerated() where !rule.isSpecial { add(rule, 1 << UInt64(place)) }
  }

  private mutating func add(_ rule: TokenRule, _ bit: UInt64) {
    if rule.hasNoCondition { always |= bit }
    for word in rule.words ?? [] {
      words[word, default: 0] |= bit
      longestWord = max(longestWord, word.count)
    }
    for piece in rule.pieces ?? [] {
      guard let first = piece.first, first < 0x80 else { continue }
      pieces[Int(first)].append((piece, bit))
      isPieceStart[Int(first)] = true
    }
    guard let own = rule.classes else { return }
    classed |= bit
    for byte in 0..<0x80 as Range<UInt8> where own.contains(where: { $0.contains(Unicode.Scalar(byte)) }) {
      classes[Int(byte)] |= bit
    }
  }

  /// The rules that a token meets which is text, a bit for each; nil where some byte is not ASCII.
  func met(by bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
    var all: UInt8 = 0
    for byte in bytes { all |= byte }
    guard all < 0x80 else { return nil }
    var text = bytes[...]
    while let last = text.last, Self.isBlank(last) { text.removeLast() }
    while let first = text.first, Self.isBlank(first) { text.removeFirst() }
    var met = always | rulesHolding(bytes) | rules(ofWord: text)
    // Of a token of blanks alone the blanks count.
    var own = bytes.isEmpty ? 0 : classed
    for byte in text.isEmpty ? bytes[...] : text { own &= classes[Int(byte)] }
    met |= own
    return met
  }

  private func rules(ofWord text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
    guard text.count <= longestWord else { return 0 }
    let word = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return words[word] ?? 0
  }

  private func rulesHolding(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var met: UInt64 = 0
    for (start, byte) in bytes.enumerated() where isPieceStart[Int(byte)] {
      for (piece, rule) in pieces[Int(byte)] where bytes[start...].starts(with: piece) { met |= rule }
    }
    return met
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

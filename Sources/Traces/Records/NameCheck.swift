import Tokenization

/// Whether the vocabulary calls tokens what a record calls them that gives both ids and texts.
///
/// A text can differ from a token's bytes for many reasons: a leading space that a decoder drops, a character of which the
/// token is a part, a raw piece of the vocabulary, a text that was held back. So single differences mean nothing; where
/// most of the first tokens that can be compared differ, the ids are those of another vocabulary.
struct NameCheck: Equatable {
  /// Entries of a record that are looked at.
  private static let most = 64
  /// Entries that must differ: fewer may have been written by a tool with rules of its own.
  private static let fewest = 5

  private var looked = 0
  private(set) var agreed = 0
  private(set) var contradicted = 0
  /// The first token that is called otherwise.
  private(set) var first: (token: TokenID, text: [UInt8], known: [UInt8])?

  /// Whether further entries are to be looked at.
  var isOpen: Bool { looked < Self.most }

  /// The vocabulary calls most tokens otherwise.
  var isRefuted: Bool { contradicted >= Self.fewest && contradicted > agreed }

  mutating func add(_ token: TokenID, _ text: [UInt8]?, _ lookup: TokenLookup) {
    looked += 1
    guard let text, let known = lookup.comparableBytes(of: token), Self.isComparable(text) else { return }
    if Self.agree(text, known) {
      agreed += 1
    } else if !Self.isRawPiece(text, of: known) {
      contradicted += 1
      if first == nil { first = (token, text, known) }
    }
  }

  /// Counts entries that name no text, while entries are looked at.
  mutating func passNameless(_ count: Int = 1) { looked = max(looked, min(looked + count, Self.most)) }

  /// Counts what another part of the record gave.
  mutating func add(_ other: NameCheck) {
    looked += other.looked
    agreed += other.agreed
    contradicted += other.contradicted
    first = first ?? other.first
  }

  /// No part of a character, no byte of a piece of SentencePiece, no id in the place of a text, and not nothing.
  private static func isComparable(_ text: [UInt8]) -> Bool {
    let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
    return !trimmed(text).isEmpty && !text.contains(replacement)
      && !["<0x", "token_id:"].contains { text.starts(with: $0.utf8) }
  }

  private static func agree(_ text: [UInt8], _ known: [UInt8]) -> Bool {
    let (text, known) = (trimmed(text), trimmed(known))
    // A server may send several tokens in one text.
    return text == known || text.contains(known)
  }

  /// Whether a text may be the byte-level piece of a token whose own text is not ASCII: a letter of ASCII or of
  /// U+00A1 … U+0143 for every byte.
  private static func isRawPiece(_ text: [UInt8], of known: [UInt8]) -> Bool {
    let letters = String(decoding: text, as: UTF8.self).unicodeScalars
    return known.contains { $0 >= 0x80 } && letters.contains { $0.value >= 0x80 }
      && letters.allSatisfy { $0.value < 0x80 || (0xA1...0x143).contains($0.value) }
  }

  /// Without blanks on both sides, which pieces write as letters of their own.
  private static func trimmed(_ text: [UInt8]) -> [UInt8] {
    let words = String(decoding: text, as: UTF8.self).replacing("\u{120}", with: " ").replacing(
      "\u{10A}", with: " "
    )
    .replacing("\u{2581}", with: " ")
    return Array(words.trimmingBlanks.utf8)
  }

  static func == (a: NameCheck, b: NameCheck) -> Bool {
    a.looked == b.looked && a.agreed == b.agreed && a.contradicted == b.contradicted
      && a.first?.token == b.first?.token
  }
}

extension String {
  fileprivate var trimmingBlanks: Substring {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}

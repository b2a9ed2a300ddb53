/// A token as rules look at it.
struct TokenForm {
  /// True for a token that is not text.
  let isSpecial: Bool
  /// Its bytes in small letters, where it is UTF-8, without white space around them.
  let word: [UInt8]
  private let bytes: [UInt8]
  /// The characters that classes are about; nil where the bytes are not UTF-8.
  private let scalars: [Unicode.Scalar]?

  init(_ bytes: some Collection<UInt8>, isSpecial: Bool) {
    self.isSpecial = isSpecial
    self.bytes = Array(bytes)
    if let plain = PlainForm(self.bytes) {
      (word, scalars) = (plain.word, plain.scalars)
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      scalars = nil
      word = Array(bytes)
      return
    }
    let all = Array(text.unicodeScalars)
    func isText(_ scalar: Unicode.Scalar) -> Bool { !scalar.properties.isWhitespace }
    guard let first = all.firstIndex(where: isText), let last = all.lastIndex(where: isText) else {
      scalars = all
      word = []
      return
    }
    scalars = Array(all[first...last])
    var trimmed = String.UnicodeScalarView()
    trimmed.append(contentsOf: all[first...last])
    word = Array(String(trimmed).lowercased().utf8)
  }

  func holds(_ piece: [UInt8]) -> Bool {
    guard let first = piece.first, bytes.count >= piece.count else { return false }
    return (0...bytes.count - piece.count).contains { start in
      bytes[start] == first && bytes[start..<start + piece.count].elementsEqual(piece)
    }
  }

  func consists(of classes: [CharacterClass]) -> Bool {
    guard let scalars, !scalars.isEmpty else { return false }
    return scalars.allSatisfy { scalar in classes.contains { $0.contains(scalar) } }
  }
}

/// A token of ASCII characters, as most are: the same form, without a look at Unicode's tables.
private struct PlainForm {
  let word: [UInt8]
  let scalars: [Unicode.Scalar]

  /// Nil where some byte is not ASCII.
  init?(_ bytes: [UInt8]) {
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    func isText(_ byte: UInt8) -> Bool { byte != 0x20 && !(0x09...0x0D).contains(byte) }
    guard let first = bytes.firstIndex(where: isText), let last = bytes.lastIndex(where: isText) else {
      word = []
      scalars = bytes.map { Unicode.Scalar($0) }
      return
    }
    word = bytes[first...last].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    scalars = bytes[first...last].map { Unicode.Scalar($0) }
  }
}

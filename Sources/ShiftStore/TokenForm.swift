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

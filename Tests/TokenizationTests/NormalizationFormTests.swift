import Testing

@testable import Tokenization

@Suite struct NormalizationFormTests {
  private func normalize(_ text: String, _ form: NormalizationForm) -> [UInt32] {
    let text = Normalizer.form(form).apply(AlignedText(Array(text.utf8), offset: 0))
    return String(decoding: text.bytes, as: UTF8.self).unicodeScalars.map(\.value)
  }

  @Test func `the examples of the standard's annex 15`() {
    // U+1E69 is s with dot below and dot above; the marks may come in either order.
    #expect(normalize("s\u{307}\u{323}", .composed) == [0x1E69])
    #expect(normalize("\u{1E0B}\u{323}", .decomposed) == [0x64, 0x323, 0x307])
    #expect(normalize("\u{212B}", .composed) == [0xC5])
    #expect(normalize("\u{FB01}", .composed) == [0xFB01])
    #expect(normalize("\u{FB01}", .compatiblyComposed) == [0x66, 0x69])
    #expect(normalize("\u{1112}\u{1161}\u{11AB}", .composed) == [0xD55C])
    #expect(normalize("\u{D55C}", .decomposed) == [0x1112, 0x1161, 0x11AB])
    // Left out of composition.
    #expect(normalize("\u{958}", .composed) == [0x915, 0x93C])
  }

  @Test func `composition stops at a mark of the same class`() {
    #expect(normalize("a\u{308}\u{301}", .composed) == [0xE4, 0x301])
    #expect(normalize("\u{301}a", .composed) == [0x301, 0x61])
  }

  @Test func `characters younger than Unicode 9 are left alone, as the reference leaves them`() {
    // U+11938 DIVES AKURU VOWEL SIGN O, of Unicode 13, is U+11935 U+11930 to newer tables.
    #expect(normalize("\u{11935}\u{11930}", .composed) == [0x11935, 0x11930])
  }
}

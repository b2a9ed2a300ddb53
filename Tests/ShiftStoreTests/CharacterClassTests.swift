import Testing

@testable import ShiftStore

/// What is looked up for ASCII characters is what Unicode's tables say.
@Suite struct CharacterClassTests {
  @Test func `every ASCII character is in the class that its properties say`() {
    for value in 0..<0x80 as Range<UInt8> {
      let scalar = Unicode.Scalar(value)
      let properties = scalar.properties
      #expect(CharacterClass("whitespace").contains(scalar) == properties.isWhitespace)
      #expect(CharacterClass("letter").contains(scalar) == properties.isAlphabetic)
      #expect(CharacterClass("digit").contains(scalar) == (48...57).contains(value))
      #expect(
        CharacterClass("mathematics").contains(scalar)
          == (properties.generalCategory == .mathSymbol || scalar == "^"))
      #expect(CharacterClass("+-é").contains(scalar) == (scalar == "+" || scalar == "-"))
    }
    #expect(CharacterClass("+-é").contains("é"))
    #expect(CharacterClass("letter").contains("é"))
    #expect(!CharacterClass("punctuation").contains("é"))
    #expect(CharacterClass("punctuation").contains("「"))
  }

  @Test(arguments: [" Wait", "\tSO\n", " \r\n", "", "A1-b", "\u{0B}x\u{0C}", "\u{1C}y"])
  func `a token of ASCII characters has the word that lower case and trimming give`(text: String) {
    let form = TokenForm(Array(text.utf8), isSpecial: false)
    let scalars = text.unicodeScalars
    let trimmed = scalars.drop { $0.properties.isWhitespace }.reversed()
      .drop { $0.properties.isWhitespace }.reversed()
    let word = trimmed.map { String($0).lowercased() }.joined()
    #expect(form.word == Array(word.utf8))
  }
}

import ShiftStore
import TestSupport
import Testing

@Suite struct TokenCategoriesTests {
  private func kind(_ text: String, special: Bool = false) -> TokenKind {
    TokenSorter(.standard).kind(of: Array(text.utf8), isSpecial: special)
  }

  @Test(arguments: [
    (" therefore", "connective"), ("However", "connective"), ("Wait", "discourse marker"),
    (" Hmm", "discourse marker"),
    ("=", "mathematical symbol"), (" +", "mathematical symbol"), ("\\", "mathematical symbol"),
    ("frac", "mathematical symbol"), ("7", "digit"), (" 2024", "digit"), (".", "punctuation"),
    (" (", "punctuation"), ("**", "format"), ("```", "format"), ("def", "code"), ("()", "code"),
    ("\n\n", "whitespace"), (" ", "whitespace"), (" apple", "other"), ("Ü", "other"),
  ])
  func `tokens go where one would put them`(text: String, category: String) {
    #expect(kind(text).category == category)
  }

  @Test func `a token that is not text is format, whatever it is called`() {
    #expect(kind("<|im_end|>", special: true) == TokenKind(category: "format", wordKind: "format"))
    #expect(kind("so", special: true).category == "format")
  }

  @Test func `words are structural or content, and what is no word is neither`() {
    #expect(kind(" because").wordKind == "structural")
    #expect(kind("Let").wordKind == "structural")
    #expect(kind(" triangle").wordKind == "content")
    #expect(kind("'s").wordKind == "content")
    #expect(kind("12").wordKind == "other")
  }

  @Test func `a part of a character is of no kind`() {
    let kind = TokenSorter(.standard).kind(of: [0xC3], isSpecial: false)
    #expect(kind == TokenKind(category: "other", wordKind: "other"))
    #expect(TokenSorter(.standard).kind(of: [], isSpecial: false).category == "other")
  }

  @Test func `the first rule that is met counts, and one without conditions is met by all`() {
    let rules = TokenCategories(
      categories: [
        .init("long", holding: ["aaa"]), .init("letters", every: ["letter"]), .init("rest"), .init("never"),
      ], wordKinds: [])
    let sorter = TokenSorter(rules)
    func category(_ text: String) -> String { sorter.kind(of: Array(text.utf8), isSpecial: false).category }
    #expect(category("aaaa") == "long")
    #expect(category("aa") == "letters")
    #expect(category("a1") == "rest")
    #expect(sorter.kind(of: Array("aa".utf8), isSpecial: false).wordKind == TokenCategories.other)
  }
}

import TestSupport
import Testing

@testable import ShiftStore

@Suite struct PlainTokenRulesTests {
  private static let rules = [
    TokenCategories.Rule("special", special: true), TokenCategories.Rule("none", words: [""]),
    TokenCategories.Rule("words", words: ["So", "x y", "longer word"], holding: ["()", "", "aab"]),
    TokenCategories.Rule("classes", every: ["digit", "+-"]),
    TokenCategories.Rule("blank", every: ["whitespace"]), TokenCategories.Rule("rest"),
  ].map(TokenRule.init)

  @Test(arguments: [
    ("", "none rest"), ("  ", "none blank rest"), (" SO\n", "words rest"), ("X y", "words rest"),
    ("longer word", "words rest"), ("f()", "words rest"), ("aaab", "words rest"), ("aaa", "rest"),
    (" 1-2 ", "classes rest"), ("1 2", "rest"), ("so\0", "rest"),
  ])
  func `a token meets these rules`(text: String, expected: String) throws {
    let plain = try #require(PlainTokenRules(Self.rules))
    let met = Array(text.utf8).withUnsafeBufferPointer { plain.met(by: $0) }
    let names = Self.rules.enumerated().filter { (met ?? 0) >> UInt64($0.offset) & 1 == 1 }.map(
      \.element.name)
    #expect(names.joined(separator: " ") == expected)
  }

  @Test(arguments: 0..<2000 as Range<UInt64>)
  func `they are those that the token's form meets`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let alphabet = Array(" \n\tsSoO12+-()abxy~\u{1C}\u{7F}\0".utf8)
    let bytes = (0..<Int(random.next() % 8)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))]
    }
    let standard = (TokenCategories.standard.categories + TokenCategories.standard.wordKinds).map(
      TokenRule.init)
    for rules in [Self.rules, standard] {
      let plain = try #require(PlainTokenRules(rules))
      let form = TokenForm(bytes, isSpecial: false)
      let expected = rules.enumerated().reduce(UInt64(0)) {
        $1.element.isMet(by: form) ? $0 | 1 << UInt64($1.offset) : $0
      }
      #expect(bytes.withUnsafeBufferPointer { plain.met(by: $0) } == expected, "\(bytes)")
    }
  }

  @Test func `other bytes and more rules than bits are left to the form`() {
    let plain = PlainTokenRules(Self.rules)
    #expect([0x41, 0x80].withUnsafeBufferPointer { plain?.met(by: $0) } == nil)
    #expect(PlainTokenRules(Array(repeating: Self.rules[2], count: 64)) != nil)
    #expect(PlainTokenRules(Array(repeating: Self.rules[2], count: 65)) == nil)
  }
}

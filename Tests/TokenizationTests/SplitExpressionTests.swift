import Testing

@testable import Tokenization

@Suite struct SplitExpressionTests {
  private func matches(_ source: String, _ text: String, dialect: SplitExpression.Dialect = .lines) throws
    -> [String]
  {
    let expression = try SplitExpression(source, dialect: dialect)
    let bytes = Array(text.utf8)
    let ranges = AlignedText(bytes, offset: 0).withScanText { expression.matches(in: $0) }
    return ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test(arguments: [SplitPattern.Name.gpt2, .cl100k, .qwen2, .qwen35, .o200k, .tekken])
  func `the matcher cuts as the reference does with the families' patterns`(name: SplitPattern.Name) throws {
    let source = try #require(SplitPattern.names.first { $0.name == name }?.expression)
    let expression = try SplitExpression(source, dialect: .lines)
    for (text, expected) in try Fixture.cases(Fixture.json("pieces.json")["patterns"]?[name.rawValue]) {
      let piece = AlignedText(text, offset: 0)
      let pieces = CutStep.expression(expression, CutStep.Behavior(kind: .isolated)).apply(piece)
      #expect(pieces.map(\.bytes.count) == expected, "\(TokenText(text))")
    }
  }

  @Test func `tiktoken's possessive forms have the pieces of the family, but at the end of a text`() throws {
    for (name, source) in SplitPattern.names where source.contains("++") {
      let expression = try SplitExpression(source, dialect: .text)
      for (text, _) in try Fixture.cases(Fixture.json("pieces.json")["patterns"]?[name.rawValue]) {
        let text = text + Array("x".utf8)
        let lengths = AlignedText(text, offset: 0).withScanText { expression.matches(in: $0) }.map(\.count)
        let family = SplitPattern(name).pieces(of: text).map(\.count)
        #expect(lengths.reduce(0, +) == family.reduce(0, +))
      }
    }
  }

  @Test func `what patterns are made of`() throws {
    #expect(try matches("a|ab", "abab") == ["a", "a"])
    #expect(try matches("(?:ab|a)c?", "abcaac") == ["abc", "a", "ac"])
    #expect(try matches("a{2,3}", "aaaaa") == ["aaa", "aa"])
    #expect(try matches("a+?", "aaa") == ["a", "a", "a"])
    #expect(try matches("a++a", "aaa") == [])
    #expect(try matches("(?>a+)b", "aab") == ["aab"])
    #expect(try matches("(?:ab)+", "ababa") == ["abab"])
    #expect(try matches("a(?=b)", "abac") == ["a"])
    #expect(try matches("a(?!b)", "abac") == ["a"])
    #expect(try matches("(?<=x)a", "axa") == ["a"])
    #expect(try matches("(?<!x)a", "axa") == ["a"])
    #expect(try matches("(?i:'S|K)", "'s'ſkK\u{212A}") == ["'s", "'ſ", "k", "K", "\u{212A}"])
    #expect(try matches(#"[\p{L}&&[^\p{Han}]]+"#, "ab世cd") == ["ab", "cd"])
    #expect(try matches(#"[^\s\d]+"#, "a1b c") == ["a", "b", "c"])
    #expect(try matches(#"\x{4e16}|\u754C"#, "世界") == ["世", "界"])
    #expect(try matches("[a-c-]", "b-d") == ["b", "-"])
    #expect(try matches("a$", "a\na") == ["a", "a"])
    #expect(try matches("a$", "a\na", dialect: .text) == ["a"])
  }

  @Test(arguments: [
    "(", "[a", "a{2", "*a", #"\q"#, #"\p{Foo}"#, "(?<n>a)", "(?:a?)*", "[b-a]", "(?i:é)", "(?<=a+)b",
  ])
  func `what is not known is refused`(source: String) {
    #expect(throws: SplitExpression.Failure.self) { try SplitExpression(source, dialect: .lines) }
  }

  /// Each asks for more steps, depth or length than a machine has.
  @Test(arguments: [
    String(repeating: "(", count: 100_000), String(repeating: "[", count: 100_000),
    String(repeating: "(?=", count: 100_000), "a" + String(repeating: "?", count: 100_000),
    "(?:ab){1000}{1000}{1000}", "(?:){1000}{1000}{1000}{1000}",
    "(?<=(a{1000}{1000}{1000}{1000}){1000}{1000}{1000}{1000})b",
    String(repeating: "(?:ab){1000}|", count: 1000),
  ])
  func `a pattern that would not end is refused`(source: String) {
    #expect(throws: SplitExpression.Failure.self) { try SplitExpression(source, dialect: .lines) }
  }

  @Test func `patterns as deep and as long as is allowed are read`() throws {
    let depth = SplitExpressionReader.depthLimit - 1
    let deep = String(repeating: "(?:", count: depth) + "a" + String(repeating: ")", count: depth)
    #expect(try matches(deep, "ba") == ["a"])
    #expect(try matches("(?:ab){1000}", String(repeating: "ab", count: 1001)).map(\.count) == [2000])
    #expect(try matches("a{2}{2}", "aaaaa") == ["aaaa"])
  }

  @Test func `a hundred thousand equal characters are one match`() throws {
    let expression = try SplitExpression(#"\s*[\r\n]+|\s+(?!\S)|\s+|\p{L}+"#, dialect: .lines)
    for unit in [" ", "a"] {
      let text = AlignedText(Array(String(repeating: unit, count: 100_000).utf8), offset: 0)
      #expect(text.withScanText { expression.matches(in: $0) }.count == 1)
    }
  }
}

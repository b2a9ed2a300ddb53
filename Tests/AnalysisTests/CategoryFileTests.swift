import Analysis
import ShiftStore
import TestSupport
import Testing

@Suite struct CategoryFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func message(_ text: String) throws -> String {
    let path = try folder.write(text, to: "kinds.yaml")
    do {
      _ = try CategoryFile(path: path)
      return "read"
    } catch {
      return "\(error)".replacing(folder.path + "/", with: "")
    }
  }

  @Test func `the standard rules come back as they are written`() throws {
    let path = try folder.write(CategoryFile.text(of: .standard), to: "kinds.yaml")
    #expect(try CategoryFile(path: path).rules == .standard)
  }

  @Test func `a key that nothing reads is refused`() throws {
    let remedy = #" Write lists of rules "categories" and "wordKinds" as '--show-categories' prints them."#
    #expect(
      try message("categories:\n  - {name: x, nope: 1}\nwordKinds: []\n")
        == #"kinds.yaml: in line 2 "nope" is not a key of a rule, which has name, special, words, holding, every."#
        + remedy)
    #expect(
      try message("categories: []\nwordKinds: []\nwords: []\n")
        == #"kinds.yaml: in line 3 "words" is not a key of the file, which has categories, wordKinds."#
        + remedy)
  }

  @Test func `a class of characters that there is not is refused`() throws {
    #expect(
      try message("categories: [{name: x, every: [letterr]}]\nwordKinds: []\n") == """
        kinds.yaml: "letterr" in the rule "x" is no class of characters; there are whitespace, digit, letter, mathematics, \
        punctuation, and single letters stand each by itself. Write lists of rules "categories" and "wordKinds" as \
        '--show-categories' prints them.
        """)
    #expect(try message("categories: [{name: x, every: [letter, '+-', e, 'αβ']}]\nwordKinds: []\n") == "read")
  }
}

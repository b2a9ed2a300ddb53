import Testing

@testable import Tokenization

@Suite struct JSONReaderTests {
  private static let document = #"""
    {"model": {"vocab": {"a": 0, "merges": 1}, "merges": [["a", "b\n"], "c d", {"e": [1, true, null]}]}, "f": ["g"]}
    """#

  @Test func `a member that is passed over is left empty, and all others are read`() throws {
    let whole = try JSONReader.read(Array(Self.document.utf8))
    let passed = try JSONReader.read(Array(Self.document.utf8), passing: "merges")
    #expect(whole["model"]?["merges"]?.elements?.count == 3)
    #expect(passed["model"]?["merges"] == .array([]))
    #expect(passed["model"]?["vocab"] == whole["model"]?["vocab"])
    #expect(passed["f"] == whole["f"])
  }

  @Test(arguments: [
    #"{"merges": [1 2]}"#, #"{"merges": ["\q"]}"#, #"{"merges": [01]}"#, #"{"merges": {"a" 1}}"#,
    #"{"merges": ["a]}"#, #"{"merges": ["\ud8"]}"#, #"{"merges": [}"#, #"{"merges": ["a"], }"#,
  ])
  func `what is passed over is checked like anything else`(document: String) throws {
    let failure = try #require(throws: JSONReader.Failure.self) { try JSONReader.read(Array(document.utf8)) }
    #expect(throws: failure) { try JSONReader.read(Array(document.utf8), passing: "merges") }
  }
}

import Testing

@testable import Tokenization

@Suite struct PieceScannerTests {
  private func lengths(_ bytes: [UInt8], _ name: SplitPattern.Name) -> [Int] {
    SplitPattern(name).pieces(of: bytes).map(\.count)
  }

  @Test(arguments: SplitPattern.Name.allCases.filter { $0 != .llama3 && $0 != .llama4 })
  func `every scanner cuts as the reference does with the pattern`(name: SplitPattern.Name) throws {
    let cases = try Fixture.cases(Fixture.json("pieces.json")["patterns"]?[name.rawValue])
    #expect(cases.count > 1000)
    for (text, expected) in cases {
      #expect(lengths(text, name) == expected, "\(TokenText(text))")
    }
  }

  @Test(arguments: SplitPattern.Name.allCases)
  func `a byte that is not UTF-8 cuts like the replacement character`(name: SplitPattern.Name) {
    for around in ["", "a", " ", "1", "\n", "!"] {
      let replaced = Array("x\(around)\u{FFFD}\(around)y".utf8)
      let broken = Array("x\(around)".utf8) + [0xFF] + Array("\(around)y".utf8)
      #expect(lengths(broken, name).reduce(0, +) == broken.count)
      #expect(lengths(broken, name).count == lengths(replaced, name).count)
    }
  }
}

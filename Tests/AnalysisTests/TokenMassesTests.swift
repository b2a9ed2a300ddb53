import TestSupport
import Testing
import Tokenization

@testable import Analysis

@Suite struct TokenMassesTests {
  @Test func `what is added to one token adds up, and tokens come by rising id`() {
    var masses = TokenMasses()
    let tokens = [7, 0, 7, Int32.max].map { TokenID($0) }
    masses.add(tokens.span, [0.5, -0.25, 0.125, 1].span)
    #expect(masses.rising.map(\.token.rawValue) == [0, 7, Int32.max])
    #expect(masses.rising.map(\.mass) == [-0.25, 0.625, 1])
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `a table that has grown holds what a dictionary holds, bit by bit`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var masses = TokenMasses(slotBits: 1)
    var twin: [Int32: Double] = [:]
    for _ in 0..<20_000 {
      let token = Int32.random(in: 0..<3000, using: &generator)
      let mass = Double.random(in: -1...1, using: &generator)
      masses.add([TokenID(token)].span, [mass.magnitude].span, sign: mass < 0 ? -1 : 1)
      twin[token, default: 0] += mass
    }
    #expect(masses.rising.map(\.token.rawValue) == twin.keys.sorted())
    #expect(masses.rising.allSatisfy { twin[$0.token.rawValue] == $0.mass })
  }
}

import ShiftStore
import TestSupport
import Testing

@Suite struct MovedTokensTests {
  @Test(arguments: 1...20) func `tokens that moved or contributed enough are kept, in order`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let scale = MovedTokens.smallestKept
    let figures: [Double] = [0, 0.5 * scale, scale.nextDown, scale, -scale, -scale.nextDown, 3 * scale, -1]
    let count = Int.random(in: 0...40, using: &generator)
    let moved = (0..<count).map { _ in figures.randomElement(using: &generator) ?? 0 }
    let shares = (0..<count).map { _ in figures.randomElement(using: &generator) ?? 0 }
    let tokens = MovedTokens(positions: 3, sharePositions: 2, movedMass: moved, klShare: shares)
    // Token by token, with the precision of the bytes.
    let kept = (0..<count).filter { abs(moved[$0]) >= scale || abs(shares[$0]) >= scale }.map {
      MovedTokens.Entry(
        tokenID: Int32($0), movedMass: Double(Float(moved[$0])), klShare: Double(Float(shares[$0])))
    }
    #expect(tokens.entries == kept)
    #expect(tokens.count == kept.count)
    let longer = MovedTokens(
      positions: 1, sharePositions: 1, movedMass: Array(repeating: 1, count: 600),
      klShare: Array(repeating: 1, count: 600))
    #expect(longer.count == 600)
    #expect(
      MovedTokens(
        positions: 3, sharePositions: 2, movedMass: moved, klShare: shares, in: longer.memory) == tokens)
    let listed = MovedTokens(
      positions: 3, unlistedReference: 0, unlistedTuned: 0,
      entries: (0..<count).map {
        MovedTokens.Entry(tokenID: Int32($0), movedMass: moved[$0], klShare: shares[$0])
      })
    #expect(listed.entries == kept)
  }
}

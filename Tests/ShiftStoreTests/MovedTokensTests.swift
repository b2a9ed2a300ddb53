import TestSupport
import Testing

@testable import ShiftStore

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

  @Test func `of dense rows bits say which tokens are kept, and figures follow`() {
    var moved = [Double](repeating: 0, count: 514)
    var shares = moved
    moved[0] = 1
    shares[9] = -2
    moved[511] = 0.5
    (moved[513], shares[513]) = (3, 4)
    let tokens = MovedTokens(positions: 1, sharePositions: 1, movedMass: moved, klShare: shares)
    #expect(tokens.entries.map(\.tokenID) == [0, 9, 511, 513])
    // Of tokens 0 to 511 bit 0 of byte 0, bit 1 of byte 1 and bit 7 of byte 63; of the others bit 1.
    var first = [UInt8](repeating: 0, count: 64)
    (first[0], first[1], first[63]) = (1, 2, 128)
    var second = [UInt8](repeating: 0, count: 64)
    second[0] = 2
    func figures(_ pairs: [(Float, Float)]) -> [UInt8] {
      pairs.flatMap { [$0.0, $0.1] }.flatMap { value in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
    }
    #expect(
      tokens.encoded == first + figures([(1, 0), (0, -2), (0.5, 0)]) + second + figures([(3, 4)]))
  }

  @Test func `bytes that end too early are damaged`() {
    let dense = MovedTokens(
      positions: 1, sharePositions: 1, movedMass: Array(repeating: 1, count: 700),
      klShare: Array(repeating: 1, count: 700))
    let listed = MovedTokens(
      positions: 1, unlistedReference: 0, unlistedTuned: 0,
      entries: (0..<3).map { MovedTokens.Entry(tokenID: $0, movedMass: 1, klShare: 0) })
    func reads(_ bytes: some Collection<UInt8>, count: Int, isDense: Bool) -> Bool {
      Array(bytes).withUnsafeBytes { bytes in
        (try? MovedTokens.forEach(in: bytes, count: count, isDense: isDense) { _ in }) != nil
      }
    }
    // What ends with a whole block, or a whole token of a list, is a shorter one: its count says that it is not whole.
    for count in 0...dense.encoded.count {
      let bytes = dense.encoded.prefix(count)
      #expect(reads(bytes, count: 700, isDense: true) == (count == dense.encoded.count), "\(count) bytes")
    }
    #expect(reads(dense.encoded.prefix(64 + 512 * 8), count: 512, isDense: true))
    for count in 0...listed.encoded.count {
      let bytes = listed.encoded.prefix(count)
      #expect(reads(bytes, count: 3, isDense: false) == (count == listed.encoded.count), "\(count) bytes")
    }
    #expect(reads(listed.encoded.prefix(24), count: 2, isDense: false))
  }
}

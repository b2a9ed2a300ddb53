import TestSupport
import Testing

@testable import Tokenization

@Suite struct OtherTokensTests {
  private func piece(_ count: Int, using generator: inout SplitMix64) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  private func vocabulary(_ tokens: [[UInt8]]) -> Vocabulary {
    Vocabulary(tokens: tokens.enumerated().map { (TokenID(Int32($0)), $1) })
  }

  private func hash(_ piece: [UInt8]) -> Int { piece.withUnsafeBufferPointer { PendingPiece.hash(of: $0) } }

  @Test func `a token is always told, and few others are taken for one`() {
    var generator = SplitMix64(seed: 1)
    let tokens = (0..<2000).map { piece(13 + $0 % 300, using: &generator) }
    let long = OtherTokens(of: vocabulary(tokens), notIn: nil)
    #expect(tokens.allSatisfy { long.mayHold(hash($0)) })
    let others = (0..<10_000).count { _ in
      long.mayHold(hash(piece(Int.random(in: 13...40, using: &generator), using: &generator)))
    }
    // One in sixteen at most, and some more by chance.
    #expect(others < 800)
  }

  @Test func `of tokens that are known none is told`() {
    let tokens = [Array("twelve bytes".utf8), Array("thirteen byte".utf8)]
    let known = KnownPieces(vocabulary(tokens)) { _, _ in .whole }
    let others = OtherTokens(of: vocabulary(tokens), notIn: known)
    #expect(!others.mayHold(hash(tokens[0])))
    #expect(others.mayHold(hash(tokens[1])))
    #expect(!OtherTokens().mayHold(hash(tokens[1])))
  }

  @Test func `the key that a piece has in a text has the hash`() {
    let text = Array(String(repeating: "thirteen bytes and more ", count: 20).utf8)
    AlignedText(text, offset: 0).withScanText { scanned in
      for count in [13, 15, 16, 40, 255, 256, 300] {
        let piece = PendingPiece(3, 3 + count, isPart: false, in: scanned)
        #expect(piece.hash == hash(Array(text[3..<3 + count])))
      }
    }
  }
}

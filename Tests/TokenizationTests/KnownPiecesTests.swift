import Testing

@testable import Tokenization

@Suite struct KnownPiecesTests {
  private static let vocabulary = Vocabulary(
    tokens: [
      (TokenID(0), Array("a".utf8)), (TokenID(1), Array(" twelve byte".utf8)),
      (TokenID(2), Array(" thirteen byt".utf8)), (TokenID(16_777_215), [0, 0]),
    ],
    addedTokens: [AddedToken(id: TokenID(3), content: Array("<x>".utf8))])

  private func token(_ text: [UInt8], in known: KnownPieces) -> Int32 {
    let (low, high) = text.withUnsafeBufferPointer { PieceCache.shortKey($0) }
    return known.table.token(low, high, hash: PieceCache.hash(low, high))
  }

  @Test func `short tokens are known, longer and added ones are not`() {
    let known = KnownPieces(Self.vocabulary) { _, _ in true }
    #expect(token(Array("a".utf8), in: known) == 0)
    #expect(token(Array(" twelve byte".utf8), in: known) == 1)
    #expect(token([0, 0], in: known) == 16_777_215)
    #expect(token([0], in: known) == -1)
    #expect(token([0, 0, 0], in: known) == -1)
    #expect(token(Array("<x>".utf8), in: known) == -1)
  }

  @Test func `a token that merging does not arrive at is not known`() {
    let known = KnownPieces(Self.vocabulary) { id, _ in id != TokenID(0) }
    #expect(token(Array("a".utf8), in: known) == -1)
    #expect(token(Array(" twelve byte".utf8), in: known) == 1)
  }
}

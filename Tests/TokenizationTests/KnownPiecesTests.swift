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

  @Test func `short tokens are known, longer and added ones are not`() throws {
    let known = try #require(KnownPieces(Self.vocabulary) { _, _ in .whole })
    #expect(token(Array("a".utf8), in: known) == 0)
    #expect(token(Array(" twelve byte".utf8), in: known) == 1)
    #expect(token([0, 0], in: known) == 16_777_215)
    #expect(token([0], in: known) == -1)
    #expect(token([0, 0, 0], in: known) == -1)
    #expect(token(Array("<x>".utf8), in: known) == -1)
  }

  @Test func `a token that merging does not arrive at is not known`() throws {
    let known = try #require(KnownPieces(Self.vocabulary) { id, _ in id == TokenID(0) ? .other : .merged })
    #expect(token(Array("a".utf8), in: known) == -1)
    #expect(token(Array(" twelve byte".utf8), in: known) == 1)
  }

  @Test func `a part is known where merging arrives at its token`() throws {
    let known = try #require(KnownPieces(Self.vocabulary) { id, _ in id == TokenID(0) ? .whole : .merged })
    for (text, expected) in [("a", -1), (" twelve byte", 1)] as [(String, Int32)] {
      let (low, high) = Array(text.utf8).withUnsafeBufferPointer { PieceCache.shortKey($0) }
      let hash = PieceCache.hash(low, high | PieceCache.partMark)
      #expect(known.table.token(low, high | PieceCache.partMark, hash: hash) == expected)
    }
  }

  @Test func `of tokens that share a hash none is known, and texts have their ids all the same`() throws {
    // Eight bytes that make the hash 0, whatever follows.
    let shared = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(0x9E37_79B9_7F4A_7C15) >> ($0 * 8)) }
    var tokens = (0...255).map { [UInt8($0)] }
    for count in 2...8 { tokens.append(Array(shared.prefix(count))) }
    tokens += [shared + Array("a".utf8), Array("ab".utf8)]
    let known = KnownPieces(Vocabulary(tokens: tokens.enumerated().map { (TokenID(Int32($0)), $1) })) {
      _, _ in .whole
    }
    #expect(known == nil)
    let ranked = RankedTokens(file: "ranks", tokens: tokens.enumerated().map { (TokenID(Int32($0)), $1) })
    let tokenizer = try ranked.tokenizer([.family(SplitPattern(.cl100k))], addedTokens: [])
    #expect(tokenizer.model.knownPieces == nil)
    #expect(tokenizer.encode("ab ab").map(\.rawValue) == [264, 32, 264])
  }

  @Test func `a piece too long to have a key is not known at a free place`() throws {
    let known = try #require(KnownPieces(Self.vocabulary) { _, _ in .whole })
    let found = (0..<5).map { known.table.token(0, PieceCache.longMark, at: $0) }
    #expect(found == [-1, -1, -1, -1, -1])
  }
}

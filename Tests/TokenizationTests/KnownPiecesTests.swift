import CTokenScan
import TestSupport
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
    return known.token(low, high)
  }

  @Test func `short tokens are known, longer and added ones are not`() {
    let known = KnownPieces(Self.vocabulary) { _, _ in .whole }
    #expect(token(Array("a".utf8), in: known) == 0)
    #expect(token(Array(" twelve byte".utf8), in: known) == 1)
    #expect(token([0, 0], in: known) == 16_777_215)
    #expect(token([0], in: known) == -1)
    #expect(token([0, 0, 0], in: known) == -1)
    #expect(token(Array("<x>".utf8), in: known) == -1)
  }

  @Test func `a token that merging does not arrive at is not known`() {
    let known = KnownPieces(Self.vocabulary) { id, _ in id == TokenID(0) ? .other : .merged }
    #expect(token(Array("a".utf8), in: known) == -1)
    #expect(token(Array(" twelve byte".utf8), in: known) == 1)
  }

  @Test func `a part is known where merging arrives at its token`() {
    let known = KnownPieces(Self.vocabulary) { id, _ in id == TokenID(0) ? .whole : .merged }
    for (text, expected) in [("a", -1), (" twelve byte", 1)] as [(String, Int32)] {
      let (low, high) = Array(text.utf8).withUnsafeBufferPointer { PieceCache.shortKey($0) }
      #expect(known.token(low, high | PieceCache.partMark) == expected)
    }
  }

  @Test func `of tokens that share a line the first four are known, and texts have their ids all the same`()
    throws
  {
    // Eight bytes that make the hash 0, whatever follows.
    let shared = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(0x9E37_79B9_7F4A_7C15) >> ($0 * 8)) }
    let longer = (0..<5).map { shared + Array(repeating: UInt8(ascii: "a"), count: $0) }
    let tokens = ((0...255).map { [UInt8($0)] } + longer).enumerated().map { (TokenID(Int32($0)), $1) }
    let known = KnownPieces(Vocabulary(tokens: tokens)) { _, bytes in bytes.count > 1 ? .whole : .other }
    #expect(longer.map { token($0, in: known) } == [256, 257, 258, 259, -1])
    #expect((256...260).map { known.holds(TokenID($0)) } == [true, true, true, true, false])
    #expect(!known.holds(TokenID(0)) && !known.holds(TokenID(261)))
    let ranked = RankedTokens(file: "ranks", tokens: tokens)
    let tokenizer = try ranked.tokenizer([.family(SplitPattern(.cl100k))], addedTokens: [])
    for (place, text) in longer.enumerated() {
      let encoder = TokenEncoder(tokenizer)
      AlignedText(text, offset: 0).withScanText { encoder.encode(pieces: [0..<$0.count], of: $0) }
      #expect(encoder.count == 1 && encoder.output[0] == TokenID(Int32(256 + place)))
    }
  }

  /// Of a rank file the rules say at which tokens merging arrives; here each is merged by itself.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func `a token of ranks is known as a part where merging its bytes arrives at it`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var seen = Set((0...255).map { [UInt8($0)] })
    let longer = (0..<120).map { _ in
      (0..<Int.random(in: 2...12, using: &generator)).map { _ in
        UInt8.random(in: 0x80...0x82, using: &generator)
      }
    }.filter { seen.insert($0).inserted }
    let tokens = ((0...255).map { [UInt8($0)] } + longer).enumerated().map { (TokenID(Int32($0)), $1) }
    let model = try RankedTokens(file: "ranks", tokens: tokens)
      .tokenizer([.family(SplitPattern(.cl100k))], addedTokens: []).model
    let known = try #require(model.knownPieces)
    var merged = 0
    for (id, bytes) in tokens where bytes[0] >= 0x80 && known.holds(id) {
      var ids: [TokenID] = []
      bytes.withUnsafeBufferPointer { model.merge($0, into: &ids) }
      let (low, high) = bytes.withUnsafeBufferPointer { PieceCache.shortKey($0) }
      #expect(known.token(low, high) == id.rawValue)
      #expect(known.token(low, high | PieceCache.partMark) == (ids == [id] ? id.rawValue : -1))
      merged += ids == [id] ? 1 : 0
    }
    #expect(merged > 128 && merged < tokens.count - 128)
  }

  /// Keys, lines and tokens of many pieces at once, against one piece after the other: short ones, long ones, parts,
  /// and those at the end of the text.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `pieces of a text are found as each alone is`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let text = (0..<400).map { _ in UInt8.random(in: 97...99, using: &generator) }
    var seen: Set<[UInt8]> = []
    let tokens = (0..<200).map { _ in
      let start = Int.random(in: 0..<380, using: &generator)
      return Array(text[start..<start + Int.random(in: 1...20, using: &generator)])
    }.filter { seen.insert($0).inserted }.enumerated().map { (TokenID(Int32($0)), $1) }
    let known = KnownPieces(Vocabulary(tokens: tokens)) { id, _ in id.rawValue % 3 == 0 ? .whole : .merged }
    AlignedText(text, offset: 0).withScanText { text in
      var pieces: [PendingPiece] = []
      while (pieces.last?.end ?? 0) < text.count {
        let start = pieces.last?.end ?? 0
        let end = min(start + Int.random(in: 1...20, using: &generator), text.count)
        pieces.append(PendingPiece(start, end, isPart: Bool.random(using: &generator)))
      }
      let expected = pieces.map { PendingPiece($0.start, $0.end, isPart: $0.isPart, in: text) }
      let expectedTokens = expected.map { $0.end - $0.start > 15 ? -1 : known.token($0.low, $0.high) }
      var found = [Int32](repeating: 0, count: pieces.count)
      var unknown = found
      tokenscan_make_keys(&pieces, pieces.count, text.base, text.count, known.table, &found)
      let count = tokenscan_find_known(pieces, pieces.count, known.table, &found, &unknown)
      #expect(found == expectedTokens)
      #expect(unknown.prefix(count).map { Int($0) } == found.indices.filter { found[$0] < 0 })
      for (piece, expected) in zip(pieces, expected) where piece.end - piece.start < 16 {
        #expect(piece.low == expected.low && piece.high == expected.high)
      }
    }
    withExtendedLifetime(known) {}
  }
}

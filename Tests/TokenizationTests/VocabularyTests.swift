import Testing

@testable import Tokenization

@Suite struct VocabularyTests {
  @Test func `ids may have holes`() {
    let vocabulary = Vocabulary(tokens: [(TokenID(3), [97]), (TokenID(0), [98, 99])])
    #expect(vocabulary.count == 4)
    #expect(vocabulary.bytes(of: TokenID(3)).map(Array.init) == [97])
    #expect(vocabulary.bytes(of: TokenID(1)) == nil)
    #expect(vocabulary.bytes(of: TokenID(4)) == nil)
    #expect(vocabulary.bytes(of: TokenID(-1)) == nil)
    #expect(Array(vocabulary.ids) == [TokenID(0), TokenID(3)])
    #expect(vocabulary.id(of: [98, 99]) == TokenID(0))
    #expect(vocabulary.id(of: [98]) == nil)
  }

  @Test func `tokens that Unicode calls equal are two tokens`() {
    let composed = Array("é".utf8)
    let decomposed = Array("e\u{301}".utf8)
    let vocabulary = Vocabulary(tokens: [(TokenID(0), composed), (TokenID(1), decomposed)])
    #expect(vocabulary.id(of: composed) == TokenID(0))
    #expect(vocabulary.id(of: decomposed) == TokenID(1))
  }

  @Test func `the empty token is a token`() {
    let vocabulary = Vocabulary(tokens: [(TokenID(0), []), (TokenID(1), [1])])
    #expect(vocabulary.bytes(of: TokenID(0))?.isEmpty == true)
    #expect(vocabulary.id(of: [UInt8]()) == TokenID(0))
  }

  @Test func `the fingerprint is that of the table`() {
    // printf '\0\0\0\0\1\0\0\0a\2\0\0\0\2\0\0\0bc' | sha256sum
    let vocabulary = Vocabulary(tokens: [(TokenID(2), [98, 99]), (TokenID(0), [97])])
    #expect(vocabulary.fingerprint == "6586e27d9b0f2b3f20ec834ba3b88f53662727ae180d8dd161a7bcc609c8d060")
  }

  @Test func `the sample has 17 special tokens`() throws {
    let vocabulary = try Vocabulary(contentsOf: Fixture.sample)
    #expect(vocabulary.count == 49_152)
    #expect(vocabulary.addedTokens.count == 17)
    #expect(vocabulary.isSpecial(TokenID(2)))
    #expect(!vocabulary.isSpecial(TokenID(17)))
    #expect(vocabulary.bytes(of: TokenID(2)).map(Array.init) == Array("<|im_end|>".utf8))
  }

  @Test func `of tokens with the same bytes the first is found`() {
    let vocabulary = Vocabulary(
      tokens: [(TokenID(3), [1]), (TokenID(1), [2]), (TokenID(2), [1]), (TokenID(5), [4])],
      addedTokens: [AddedToken(id: TokenID(5), content: [9]), AddedToken(id: TokenID(7), content: [2])])
    for id in vocabulary.ids {
      #expect(vocabulary.isFound(id) == (vocabulary.id(of: vocabulary.bytes(of: id) ?? []) == id))
    }
    #expect(vocabulary.ids.filter { !vocabulary.isFound($0) } == [TokenID(2), TokenID(7)])
  }
}

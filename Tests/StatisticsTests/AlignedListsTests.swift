import Foundation
import Statistics
import Testing

@Suite struct AlignedListsTests {
  private static func lists() throws -> AlignedLists {
    // Probabilities 1/2, 1/4, 1/4 over tokens 7, 8, 9 and 1/2, 1/4, 1/4 over 8, 7, 5.
    func entries(_ tokens: [Int]) -> [AlignedLists.Entry] {
      zip(tokens, [log(2), 0, 0]).map { AlignedLists.Entry(token: $0, score: $1 + 3) }
    }
    return try #require(AlignedLists(base: entries([7, 8, 9]), aligned: entries([8, 7, 5])))
  }

  @Test func `two lists of three by hand`() throws {
    let lists = try Self.lists()
    #expect(lists.jaccard(3) == 0.5)
    #expect(lists.jaccard(2) == 1)
    #expect(lists.jaccard(1) == 0)
    // ½ ln(½/¼) + ¼ ln(¼/½) = ¼ ln 2
    #expect(abs(lists.sharedKL(3) - 0.25 * log(2)) < 1e-15)
    #expect(lists.sharedKL(1) == 0)
    // 7: ½ · ¼, 8: ¼ · ½
    #expect(abs(lists.weightedSum(3) - 0.25) < 1e-15)
    #expect(lists.topRank(3) == 1)
    #expect(lists.topRank(1) == 1)
    #expect(abs(lists.topProbability(3) - 0.25) < 1e-15)
    #expect(lists.topProbability(1) == 0)
  }

  @Test func `the discounted gain by hand`() throws {
    // Relevance of 8, 7, 5: 1, 1/log₂3, ½. The base's list 7, 8, 9 gains 1/log₂3 + 1/log₂3 of 1 + 1/log₂²3 + ¼.
    let root = log2(3.0)
    let expected = 2 / root / (1 + 1 / (root * root) + 0.25)
    #expect(abs(try Self.lists().discountedGain - expected) < 1e-15)
  }

  @Test func `a list against itself`() throws {
    let list = [3, 1, 2].enumerated().map { AlignedLists.Entry(token: $1, score: -Double($0)) }
    let same = try #require(AlignedLists(base: list, aligned: list))
    #expect(same.jaccard(3) == 1 && same.sharedKL(3) == 0 && same.topRank(3) == 0)
    #expect(abs(same.discountedGain - 1) < 1e-15)
    #expect(AlignedLists(base: [], aligned: list) == nil)
  }

  @Test func `a first choice that is not there has the rank k`() throws {
    let base = [1, 2].map { AlignedLists.Entry(token: $0, score: 0) }
    let aligned = [3, 1].map { AlignedLists.Entry(token: $0, score: 0) }
    #expect(try #require(AlignedLists(base: base, aligned: aligned)).topRank(10) == 10)
  }
}

import Statistics
import TestSupport
import Testing

/// Exchanges of whole prompts.
@Suite struct PromptPermutationTests {
  private func totals(_ sums: [Double], from cluster: Int = 0, count: Double = 1) -> [ClusterTotal] {
    sums.enumerated().map { ClusterTotal(cluster: cluster + $0, sum: $1, count: count) }
  }

  @Test func `three shared prompts have eight exchanges`() {
    // Differences 1, 2, 3: only all signs alike reach |1 + 2 + 3|, two of eight.
    let test = PromptPermutation()
    #expect(test.pValue(paired: totals([2, 4, 6]), with: totals([1, 2, 3])) == 0.25)
    #expect(test.pValue(paired: totals([1, 2, 3]), with: totals([2, 4, 6])) == 0.25)
    // Differences 1, 1, −1: every exchange reaches 1.
    #expect(test.pValue(paired: totals([1, 1, 0]), with: totals([0, 0, 1])) == 1)
    #expect(test.pValue(paired: totals([5, 5]), with: totals([5, 5])) == 1)
  }

  @Test func `an exchange swaps counts together with sums`() {
    // Prompt 0: 8 over 4 against 1 over 1; prompt 1: 3 over 1 against 2 over 2. |11/5 − 3/3| = 1.2.
    // Swapping prompt 0 gives |4/2 − 10/6| = 1/3, swapping prompt 1 the same as its mirror, both 1.2 again.
    let first = [ClusterTotal(cluster: 0, sum: 8, count: 4), ClusterTotal(cluster: 1, sum: 3, count: 1)]
    let second = [ClusterTotal(cluster: 0, sum: 1, count: 1), ClusterTotal(cluster: 1, sum: 2, count: 2)]
    #expect(PromptPermutation().pValue(paired: first, with: second) == 0.5)
  }

  @Test func `a mean of nothing cannot be tested`() {
    let test = PromptPermutation(permutations: 10)
    #expect(test.pValue(paired: totals([1, 2]), with: []) == nil)
    #expect(test.pValue(paired: totals([1]), with: totals([2])) == nil)
    #expect(test.pValue(unpaired: totals([1]), with: []) == nil)
    #expect(test.pValue(unpaired: totals([1], count: 0), with: totals([2])) == nil)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `all exchanges of shared prompts are those of a loop over subsets`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    func draw() -> [ClusterTotal] {
      (0..<9).map {
        ClusterTotal(
          cluster: $0, sum: generator.normal(), count: Double(Int.random(in: 1...4, using: &generator)))
      }
    }
    let (first, second) = (draw(), draw())
    func difference(_ subset: Int) -> Double {
      var sums = [0.0, 0, 0, 0]
      for prompt in 0..<9 {
        let swap = subset >> prompt & 1 == 1
        let (a, b) = swap ? (second[prompt], first[prompt]) : (first[prompt], second[prompt])
        sums = [sums[0] + a.sum, sums[1] + a.count, sums[2] + b.sum, sums[3] + b.count]
      }
      return abs(sums[0] / sums[1] - sums[2] / sums[3])
    }
    let atLeast = (0..<512).count { difference($0) >= difference(0) - 1e-12 }
    #expect(PromptPermutation().pValue(paired: first, with: second) == Double(atLeast) / 512)
    let drawn = try #require(PromptPermutation(permutations: 500).pValue(paired: first, with: second))
    // Five standard errors of a share of 500.
    #expect(abs(drawn - Double(atLeast) / 512) < 5 * (0.25 / 500).squareRoot())
  }

  @Test func `three prompts against three others are dealt out in twenty ways`() throws {
    // 1 2 3 against 7 8 9: only the two extreme deals reach a difference of 6, p = 0.1.
    let test = PromptPermutation(permutations: 10_000)
    let p = try #require(test.pValue(unpaired: totals([1, 2, 3]), with: totals([7, 8, 9], from: 3)))
    // Four standard errors of a share of 10,000.
    #expect(abs(p - 0.1) < 0.012)
  }

  @Test(arguments: [true, false])
  func `without a difference the p-values keep to their size, however alike a prompt's tokens are`(
    isPaired: Bool
  ) throws {
    var generator = SplitMix64(seed: 21)
    var rejected = 0
    let studies = 400
    for study in 0..<studies {
      let data = ClusteredBootstrapTests.study(prompts: 30, using: &generator)
      let all = ClusteredBootstrapTests.totals(data)
      let test = PromptPermutation(permutations: 199, seed: UInt64(study))
      let p: Double?
      if isPaired {
        let other = ClusteredBootstrapTests.totals(
          ClusteredBootstrapTests.study(prompts: 30, using: &generator))
        p = test.pValue(paired: all, with: other)
      } else {
        p = test.pValue(unpaired: Array(all[..<12]), with: Array(all[12...]))
      }
      if try #require(p) <= 0.05 { rejected += 1 }
    }
    // 5 % of 400 within three standard errors: 20 ± 13.
    #expect((7...33).contains(rejected))
  }

  @Test func `a seed decides the p-value`() {
    var generator = SplitMix64(seed: 1)
    let first = totals((0..<40).map { _ in generator.normal() })
    let second = totals((0..<40).map { _ in generator.normal() })
    let one = PromptPermutation(permutations: 1000, seed: 1).pValue(paired: first, with: second)
    #expect(one == PromptPermutation(permutations: 1000, seed: 1).pValue(paired: first, with: second))
    #expect(one != PromptPermutation(permutations: 1000, seed: 2).pValue(paired: first, with: second))
  }
}

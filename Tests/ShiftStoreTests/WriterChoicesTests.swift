import Foundation
import Measures
import TestSupport
import Testing

@testable import ShiftStore

/// Whether a text can be a sample of its writer.
@Suite struct WriterChoicesTests {
  @Test func `the least share of other choices by hand`() {
    // Two tokens: an entropy of ln 2 needs even chances. Five: 1/2 against four others of 1/8 each has
    // ½ ln 2 + ½ ln 8 = 2 ln 2.
    #expect(abs(WriterChoices.leastShare(ofEntropy: log(2), others: 1) - 0.5) < 1e-6)
    #expect(abs(WriterChoices.leastShare(ofEntropy: 2 * log(2), others: 4) - 0.5) < 1e-12)
    #expect(WriterChoices.leastShare(ofEntropy: 0, others: 4) == 0)
  }

  @Test func `text of first choices alone is no sample where some others are to be expected`() {
    // With an entropy of ½ ln 2 over many tokens a twentieth must be others.
    #expect(
      !WriterChoices(positions: 1000, first: 1000).canBeSample(meanEntropy: 0.5, vocabularySize: 49_152))
    #expect(WriterChoices(positions: 1000, first: 900).canBeSample(meanEntropy: 0.5, vocabularySize: 49_152))
    #expect(WriterChoices(positions: 100, first: 100).canBeSample(meanEntropy: 0.5, vocabularySize: 49_152))
    #expect(WriterChoices(positions: 1000, first: 1000).canBeSample(meanEntropy: 0, vocabularySize: nil))
  }

  @Test func `Poisson's law by hand`() {
    #expect(WriterChoices.poisson(atMost: 3, mean: 3) == 1, "as many as are expected, or more")
    #expect(abs(WriterChoices.poisson(atMost: 0, mean: 7) - exp(-7)) < 1e-15)
    #expect(abs(WriterChoices.poisson(atMost: 2, mean: 4) - 13 * exp(-4)) < 1e-15)  // 1 + 4 + 8
  }

  /// Texts of 1000 tokens from random distributions over six tokens, drawn or chosen.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func `no sample is taken for none, and no greedy text for one`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var sampled = WriterChoices(positions: 1000)
    var entropy = 0.0
    for _ in 0..<1000 {
      // Many positions are nearly certain, as in real text.
      let weights = (0..<6).map { _ in exp(6 * generator.normal()) }
      let shares = weights.map { $0 / weights.reduce(0, +) }
      entropy -= shares.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } / 1000
      var draw = Double.random(in: 0..<1, using: &generator)
      let token = shares.firstIndex { share in
        draw -= share
        return draw < 0
      }
      if shares[token ?? 5] == shares.max() { sampled.first += 1 }
    }
    #expect(sampled.canBeSample(meanEntropy: entropy, vocabularySize: 6))
    #expect(!WriterChoices(positions: 1000, first: 1000).canBeSample(meanEntropy: entropy, vocabularySize: 6))
  }

  /// Entropy 2 at each of 300 positions: of a vocabulary of a million or less, 30 others must be expected.
  @Test(arguments: [true, false])
  func `greedy text has no chi-square and no effective sample`(isGreedy: Bool) throws {
    let folder = try TemporaryFolder()
    let index = try ShiftIndex.create(at: folder.file("index.sqlite"), plan: ExampleStudy.plan)
    try index.append(
      [
        ExampleStudy.measurement(
          id: 1, comparison: 1, sequence: 1, task: "math", prompt: "p1",
          (0..<300).map { .example(position: $0, kl: .exact(1), ranks: (2, isGreedy || $0 % 3 > 0 ? 1 : 2)) })
      ], predicted: [])
    try index.finish()
    let row = try #require(
      index.summary(of: index.comparisons(of: "sft", source: .own), task: nil, weighting: .token).last)
    // The ratio of the whole sequence is e^−150: beside 1 nothing is left of its square.
    let tooSmall = SummaryFigure.sequenceChiSquareReferenceTuned
    for figure in SummaryFigure.allCases where figure.needsSample && figure.writer != .reference {
      #expect((row[figure] == nil) == (isGreedy || figure == tooSmall), "\(figure)")
    }
    #expect(row[.k3TunedReference] != nil)
  }
}

import Foundation
import Statistics
import TestSupport
import Testing

/// The released code's estimate, and the lists of AlignTDS.
@Suite struct PaperEstimateTests {
  private static func losses(_ probabilities: [Double], ranks: [Int?]? = nil) -> [EmittedLoss] {
    probabilities.enumerated().map { place, probability in
      EmittedLoss(loss: -log(probability), rank: ranks?[place], token: "t\(place)")
    }
  }

  @Test func `two responses by hand`() throws {
    // ln(½/¼) and ln(½/½): mean ½ ln 2. ln(¼/½): −ln 2. Their mean is −¼ ln 2; ε moves it by less than 1e-9.
    let estimate = PaperEstimate(
      tuned: [Self.losses([0.5, 0.5], ranks: [1, 1]), [], Self.losses([0.25, 0.9], ranks: [2, 1])],
      reference: [Self.losses([0.25, 0.5], ranks: [3, 1]), [], Self.losses([0.5], ranks: [1])])
    #expect(abs(try #require(estimate.signedMean) + 0.25 * log(2)) < 1e-9)
    #expect(abs(try #require(estimate.klDivergence) - 0.25 * log(2)) < 1e-9)
    #expect(estimate.responses.map(\.index) == [0, 2])
    #expect(estimate.tokenCount == 3)
    // Shifts 2 and 0; −1: by response (1 − 1) / 2, by token 1/3.
    #expect(estimate.rankShiftByResponse == 0)
    #expect(estimate.rankShiftByToken == 1.0 / 3)
    #expect(estimate.responses.map(\.shiftedCount) == [1, 1])
  }

  @Test func `an excluded token costs what epsilon lets it`() {
    // ln(1 + 1e-10) − ln(1e-10)
    let ratio = PaperEstimate.logRatio(tuned: 0, reference: .infinity)
    #expect(abs(ratio - 23.025850930040455) < 1e-9)
    #expect(PaperEstimate.logRatio(tuned: 3, reference: 3) == 0)
  }

  @Test func `nothing to compare gives no figure`() {
    let estimate = PaperEstimate(tuned: [[]], reference: [Self.losses([0.5])])
    #expect(estimate.klDivergence == nil)
    #expect(estimate.rankShiftByToken == nil && estimate.rankShiftByResponse == nil)
  }

  /// The procedure of the released code, line by line.
  private static func twin(_ tuned: [[Double]], _ reference: [[Double]]) -> Double? {
    let dataPoints = min(tuned.count, reference.count)
    var klPerDataPoint: [Double] = []
    for i in 0..<dataPoints {
      let minTokens = min(tuned[i].count, reference[i].count)
      if minTokens == 0 { continue }
      var genProbs: [Double] = []
      var testProbs: [Double] = []
      for j in 0..<minTokens {
        genProbs.append(exp(-tuned[i][j]))
        testProbs.append(exp(-reference[i][j]))
      }
      let epsilon = 1e-10
      genProbs = genProbs.map { $0 + epsilon }
      testProbs = testProbs.map { $0 + epsilon }
      var logRatio: [Double] = []
      for j in 0..<minTokens { logRatio.append(log(genProbs[j]) - log(testProbs[j])) }
      klPerDataPoint.append(logRatio.reduce(0, +) / Double(minTokens))
    }
    if klPerDataPoint.isEmpty { return nil }
    return abs(klPerDataPoint.reduce(0, +) / Double(klPerDataPoint.count))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `the estimate is that of the procedure line by line`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func random(_ count: Int) -> [[Double]] {
      (0..<count).map { _ in
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          // Losses up to 40 nats, where ε decides, and now and then an excluded token.
          Int.random(in: 0..<50, using: &generator) == 0
            ? .infinity : Double.random(in: 0..<1, using: &generator) * .random(in: 0...40, using: &generator)
        }
      }
    }
    let (tuned, reference) = (random(Int(seed % 7)), random(Int(seed % 5) + 1))
    func losses(_ values: [[Double]]) -> [[EmittedLoss]] {
      values.map { $0.map { EmittedLoss(loss: $0, rank: nil, token: "") } }
    }
    let estimate = PaperEstimate(tuned: losses(tuned), reference: losses(reference)).klDivergence
    let expected = Self.twin(tuned, reference)
    #expect((estimate == nil) == (expected == nil))
    if let estimate, let expected { #expect(abs(estimate - expected) <= 1e-13 * max(1, expected)) }
  }
}

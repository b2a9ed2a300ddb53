import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// What the bounds must contain, for distributions of every kind cut and rounded in every way.
@Suite struct TruncatedDivergencesTests {
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `the bounds contain the true value of every measure`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<20 {
      let size = Int.random(in: 2...400, using: &generator)
      let pair = DensePair.random(size: size, using: &generator)
      let emitted =
        Bool.random(using: &generator) ? TokenID(.random(in: 0..<Int32(size), using: &generator)) : nil
      let digits = [nil, 3, 4, 5, 6, 7].randomElement(using: &generator) ?? nil
      let tuned = TruncatedRow.list(
        pair.tuned, top: .random(in: 1...64, using: &generator), emitted: emitted, digits: digits)
      let reference = TruncatedRow.list(
        pair.reference, top: .random(in: 1...64, using: &generator), emitted: emitted, digits: digits)
      let lowest = (pair.tuned + pair.reference).min() ?? 0
      for vocabularySize in [nil, size] {
        for floor in [nil, log(lowest)] {
          let bounds = truncatedDivergences(
            reference: reference, tuned: tuned, vocabularySize: vocabularySize, floor: floor)
          expectContains(bounds, pair, "size \(size), digits \(digits ?? 0), floor \(floor ?? 0)")
          let nothingLeft = vocabularySize != nil || tuned.unlistedCap == -.infinity
          #expect((bounds.entropyTuned.high != nil) == nothingLeft)
        }
      }
    }
  }

  private func expectContains(_ bounds: Divergences, _ pair: DensePair, _ comment: Comment) {
    let truth = pair.divergences
    for (figure, value) in [
      (bounds.klTunedReference, truth.kl), (bounds.klReferenceTuned, truth.reverse),
      (bounds.jensenShannon, truth.js), (bounds.totalVariation, truth.tv),
      (bounds.entropyTuned, truth.tuned), (bounds.entropyReference, truth.reference),
    ] {
      #expect(figure.exactValue == nil)
      #expect(figure.low >= 0 && figure.low <= value, comment)
      if let high = figure.high { #expect(high >= value, comment) }
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `the lower bounds are those of a slow minimisation, and at least the lumped ones`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var compared = 0
    for _ in 0..<20 {
      let size = Int.random(in: 25...400, using: &generator)
      let pair = DensePair.random(size: size, using: &generator)
      let tuned = TruncatedRow.list(pair.tuned, top: .random(in: 1...20, using: &generator))
      let reference = TruncatedRow.list(pair.reference, top: .random(in: 1...20, using: &generator))
      let low = truncatedDivergences(
        reference: reference, tuned: tuned, vocabularySize: nil, floor: nil
      ).klTunedReference.low
      let slow = SlowBounds(tuned: tuned, reference: reference)
      // Below this, what the lists leave over is rounding, and the slow twin has no digits.
      guard slow.leastRest > 1e-5 else { continue }
      compared += 1
      #expect(low >= slow.lumped - 1e-8, "size \(size)")
      #expect(abs(low - max(0, slow.tight)) <= 1e-8 * (1 + slow.tight), "size \(size)")
    }
    #expect(compared > 0)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `a list of every token closes every interval`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let size = Int.random(in: 2...200, using: &generator)
    let pair = DensePair(
      tuned: DensePair.random(size: size, using: &generator).tuned,
      reference: DensePair.random(size: size, using: &generator).reference)
    let bounds = truncatedDivergences(
      reference: .list(pair.reference, top: size), tuned: .list(pair.tuned, top: size),
      vocabularySize: size, floor: nil)
    expectContains(bounds, pair, "closed")
    for figure in [
      bounds.klTunedReference, bounds.klReferenceTuned, bounds.jensenShannon, bounds.totalVariation,
      bounds.entropyTuned, bounds.entropyReference,
    ] {
      let high = try #require(figure.high)
      #expect(high == figure.low || high - figure.low <= 1e-10 * (1 + high))
    }
  }

  @Test(arguments: 3...7)
  func `rounding widens a closed interval by no more than the digits lost`(digits: Int) throws {
    var generator = SplitMix64(seed: UInt64(digits))
    for _ in 0..<20 {
      let reference = (0..<50).map { _ in generator.normal() * 2 }
      let tuned = reference.map { $0 + generator.normal() * 0.5 }
      func softmax(_ logits: [Double]) -> [Double] {
        let sum = logits.reduce(0) { $0 + exp($1) }
        return logits.map { exp($0) / sum }
      }
      let pair = DensePair(tuned: softmax(tuned), reference: softmax(reference))
      let bounds = truncatedDivergences(
        reference: .list(pair.reference, top: 50, digits: digits),
        tuned: .list(pair.tuned, top: 50, digits: digits), vocabularySize: 50, floor: nil)
      let unit = 0.5 * pow(10, -Double(digits))
      // ε in every logprob of both rows moves a KL by at most ε (Σ p |ln(p/q)| + Σ |p − q|) to either side,
      // which is below 2ε here, a JS or a TV by less, and an entropy by ε times the mean distance of ln p from
      // its mean, below 2ε as well.
      for figure in [
        bounds.klTunedReference, bounds.klReferenceTuned, bounds.jensenShannon, bounds.totalVariation,
        bounds.entropyTuned, bounds.entropyReference,
      ] {
        let high = try #require(figure.high)
        #expect(high - figure.low <= 4 * unit + 1e-12)
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `whatever a file says, the bounds are numbers and in order`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let odd = [0, -0.5, 3, 800, -800, -1e300, 1e300, -.infinity, .infinity, .nan, -1e-17, -9999]
    func row() -> TruncatedRow {
      let ids = Set(
        (0..<Int.random(in: 0...6, using: &generator)).map { _ in
          TokenID(.random(in: -1...9, using: &generator))
        }
      ).sorted()
      func number() -> Double { odd.randomElement(using: &generator) ?? 0 }
      return TruncatedRow(
        tokens: ids[...], logprobs: ids.map { _ in number() }[...], unlistedCap: number(),
        emittedLogprob: nil, emittedRank: nil, precision: [0, 1e-6, 0.5, 900, -1, .nan][ids.count % 6])
    }
    for _ in 0..<200 {
      let bounds = truncatedDivergences(
        reference: row(), tuned: row(),
        vocabularySize: [nil, 0, 3, 10].randomElement(using: &generator) ?? nil,
        floor: Bool.random(using: &generator) ? odd.randomElement(using: &generator) : nil)
      for figure in [
        bounds.klTunedReference, bounds.klReferenceTuned, bounds.jensenShannon, bounds.totalVariation,
        bounds.entropyTuned, bounds.entropyReference,
      ] {
        #expect(figure.low >= 0)
        if let high = figure.high { #expect(high >= figure.low) }
      }
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `changing the models over changes the directions over`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let pair = DensePair.random(size: 80, using: &generator)
    let a = TruncatedRow.list(pair.tuned, top: 10, digits: 5)
    let b = TruncatedRow.list(pair.reference, top: 15, digits: 5)
    let there = truncatedDivergences(reference: b, tuned: a, vocabularySize: 80, floor: -40)
    let back = truncatedDivergences(reference: a, tuned: b, vocabularySize: 80, floor: -40)
    #expect(agree(there.klTunedReference, back.klReferenceTuned))
    #expect(agree(there.klReferenceTuned, back.klTunedReference))
    #expect(agree(there.jensenShannon, back.jensenShannon))
    #expect(agree(there.totalVariation, back.totalVariation))
    #expect(there.entropyTuned == back.entropyReference)
  }

  private func agree(_ a: Figure, _ b: Figure) -> Bool {
    func near(_ x: Double, _ y: Double) -> Bool { x == y || abs(x - y) <= 1e-9 * (1 + abs(x)) }
    guard let high = a.high, let other = b.high else { return near(a.low, b.low) && a.high == b.high }
    return near(a.low, b.low) && near(high, other)
  }
}

import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// The bounds of the vectors against their slow twin, and every set of instructions against the others.
@Suite struct TruncatedComparisonTests {
  /// Two lists of random lengths of random distributions, with and without the digits that a file drops.
  private func lists(
    _ generator: inout SplitMix64, longest: Int
  ) -> (reference: TruncatedRow, tuned: TruncatedRow, size: Int) {
    let size = Int.random(in: 2...400, using: &generator)
    let pair = DensePair.random(size: size, using: &generator)
    let emitted =
      Bool.random(using: &generator) ? TokenID(.random(in: 0..<Int32(size), using: &generator)) : nil
    let digits = [nil, 3, 4, 5, 6, 7].randomElement(using: &generator) ?? nil
    return (
      .list(
        pair.reference, top: .random(in: 1...longest, using: &generator), emitted: emitted, digits: digits),
      .list(pair.tuned, top: .random(in: 1...longest, using: &generator), emitted: emitted, digits: digits),
      size
    )
  }

  private func figures(_ divergences: Divergences) -> [Figure] {
    [
      divergences.klTunedReference, divergences.klReferenceTuned, divergences.jensenShannon,
      divergences.totalVariation, divergences.entropyReference, divergences.entropyTuned,
    ]
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `the bounds are those of the slow twin`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var comparison = TruncatedComparison()
    var twin = TruncatedTwin()
    for _ in 0..<20 {
      let (reference, tuned, size) = lists(&generator, longest: seed % 4 == 0 ? 200 : 64)
      // Each is within its own allowance for rounding of the bound that exact arithmetic would give.
      let allowance = 4 * 0x1p-50 * Double(16 + reference.tokens.count + tuned.tokens.count)
      for (vocabularySize, floor) in [(size, nil), (nil, nil), (size, -40), (nil, -20)] as [(Int?, Double?)] {
        let bounds = comparison.divergences(
          reference: reference, tuned: tuned, vocabularySize: vocabularySize, floor: floor)
        let slow = twin.divergences(
          reference: reference, tuned: tuned, vocabularySize: vocabularySize, floor: floor)
        for (place, (found, expected)) in zip(figures(bounds), figures(slow)).enumerated() {
          #expect(
            agree(found.low, expected.low, within: allowance * twin.multiplierSize),
            "low \(place): \(found.low) \(expected.low)")
          #expect((found.high == nil) == (expected.high == nil), "high \(place)")
          if let high = found.high, let other = expected.high {
            // A floor that is not true can leave the lower bound as the upper one.
            #expect(
              agree(high, other, within: allowance * twin.multiplierSize), "high \(place): \(high) \(other)")
          }
        }
      }
    }
  }

  private func agree(_ a: Double, _ b: Double, within allowance: Double) -> Bool {
    a == b || (a - b).magnitude <= allowance * (1 + b.magnitude)
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `all instructions give the same bits`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<20 {
      let (reference, tuned, size) = lists(&generator, longest: 100)
      let results = InstructionSet.available.map { instructions in
        var comparison = TruncatedComparison(instructions: instructions)
        let bounds = comparison.divergences(
          reference: reference, tuned: tuned, vocabularySize: size, floor: -40)
        return (bounds, comparison.referenceProbabilities, comparison.tunedProbabilities)
      }
      for result in results.dropFirst() { #expect(result == results[0]) }
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `the most probable tokens that two rows share are those that sets have in common`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var comparison = TruncatedComparison()
    for _ in 0..<20 {
      let (reference, tuned, _) = lists(&generator, longest: seed % 4 == 0 ? 200 : 30)
      let measures = comparison.measures(
        position: 0, token: reference.tokens[0], reference: reference, tuned: tuned, vocabularySize: nil,
        floor: nil)
      let isKnown = [reference, tuned].allSatisfy { row in
        row.tokens.count >= TopOverlap.depth && row.logprobs[TopOverlap.depth - 1] >= row.unlistedCap
      }
      let shared = Set(reference.tokens.prefix(TopOverlap.depth)).intersection(
        tuned.tokens.prefix(TopOverlap.depth))
      #expect(measures?.topOverlap == (isKnown ? shared.count : nil))
    }
  }

  @Test func `what was compared before leaves no trace`() {
    var generator = SplitMix64(seed: 1)
    var used = TruncatedComparison()
    for _ in 0..<200 {
      let (reference, tuned, size) = lists(&generator, longest: 100)
      var fresh = TruncatedComparison()
      let expected = fresh.divergences(reference: reference, tuned: tuned, vocabularySize: size, floor: nil)
      #expect(
        used.divergences(reference: reference, tuned: tuned, vocabularySize: size, floor: nil) == expected)
      #expect(used.referenceProbabilities == fresh.referenceProbabilities)
      #expect(used.tunedMass == fresh.tunedMass)
    }
  }

  @Test func `lists of more than 64 tokens pair like short ones`() {
    // Ids that fall into few slots of a hash table, every third one in both lists.
    let logprobs = (0..<300).map { -6 - Double($0) / 100 }
    let reference = TruncatedRow(
      tokens: (0..<300).map { TokenID($0 * 1024) }[...], logprobs: logprobs[...], unlistedCap: -10,
      emittedLogprob: nil, emittedRank: nil, precision: 0)
    let tuned = TruncatedRow(
      tokens: (0..<300).map { TokenID($0 % 3 == 0 ? $0 * 1024 : $0 * 1024 + 1) }[...],
      logprobs: logprobs[...],
      unlistedCap: -10, emittedLogprob: nil, emittedRank: nil, precision: 0)
    let shared = stride(from: 0, to: 300, by: 3).reduce(0) { $0 + exp(logprobs[$1]) }
    let bounds = truncatedDivergences(reference: reference, tuned: tuned, vocabularySize: nil, floor: nil)
    // 1 − Σ both min(p, q).
    #expect((bounds.totalVariation.high.map { ($0 - (1 - shared)).magnitude } ?? 1) <= 1e-12)
  }
}

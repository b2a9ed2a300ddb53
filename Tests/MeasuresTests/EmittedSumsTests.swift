import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Measures

/// Sampled estimates from the emitted tokens.
@Suite struct EmittedSumsTests {
  /// A position whose emitted token has these probabilities and ranks.
  private static func position(
    reference: Double?, tuned: Double?, ranks: (Int?, Int?) = (1, 1), top: Int32 = 5
  ) -> PositionMeasures {
    var position = PositionMeasures.example(position: 0, token: 5, kl: .exact(0), ranks: ranks)
    position.logprobReference = reference.map(log)
    position.logprobTuned = tuned.map(log)
    position.topReference = TokenID(top)
    return position
  }

  @Test func `two positions by hand`() {
    // Δ = ln 2 and −ln 2.
    let sums = EmittedSums([
      Self.position(reference: 0.25, tuned: 0.5, ranks: (4, 1), top: 7),
      Self.position(reference: 0.5, tuned: 0.25, ranks: (1, 2)),
    ])
    #expect(sums.ratioCount == 2)
    // (½ − 1 + ln 2) + (2 − 1 − ln 2) = ½, and the same with the signs exchanged
    #expect(abs(sums.k3TunedReference - 0.5) < 1e-15)
    #expect(abs(sums.k3ReferenceTuned - 0.5) < 1e-15)
    #expect(abs(sums.ratioReferenceTuned - 2.5) < 1e-15)
    #expect(abs(sums.ratioReferenceTunedSquare - 4.25) < 1e-15)
    #expect(abs(sums.ratioTunedReference - 2.5) < 1e-15)
    #expect(abs(sums.ratioTunedReferenceSquare - 4.25) < 1e-15)
    #expect(abs(sums.probabilityShift) < 1e-16)
    #expect(abs(sums.probabilityShiftSquare - 0.125) < 1e-16)
    #expect(sums.pathCoverage == 1)
    #expect(sums.logRankShiftCount == 2)
    // ln 4 − ln 1 + ln 1 − ln 2
    #expect(abs(sums.logRankShift - log(2)) < 1e-15)
  }

  @Test func `what is not known is in no sum, and what is impossible moves probability`() {
    let sums = EmittedSums([
      Self.position(reference: nil, tuned: 0.5, ranks: (nil, 1)), Self.position(reference: 0, tuned: 0.5),
    ])
    #expect(sums.ratioCount == 0)
    #expect(sums.k3TunedReference == 0)
    #expect(sums.probabilityShiftCount == 1)
    #expect(sums.probabilityShift == 0.5)
    #expect(sums.logRankShiftCount == 1)
  }

  @Test(arguments: [-2.0, -0.5, -0x1p-6, -1e-3, -1e-9, 1e-12, 1e-4, 0x1p-6, 0.3, 2])
  func `the excess of the exponential has all digits`(x: Double) {
    // A twin that adds up the series, smallest terms first.
    var term = x * x / 2
    var terms: [Double] = []
    for n in 3..<40 {
      terms.append(term)
      term *= x / Double(n)
    }
    let twin = terms.reversed().reduce(0, +)
    #expect(abs(exponentialExcess(x) - twin) <= 1e-12 * twin)
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `k1 and k3 of sampled text come near the divergence`(seed: UInt64) {
    let tuned = [0.5, 0.3, 0.2]
    let reference = [0.4, 0.25, 0.35]
    let divergence = zip(tuned, reference).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    var generator = SplitMix64(seed: seed)
    let positions = (0..<20_000).map { _ in
      let draw = Double.random(in: 0..<1, using: &generator)
      let token = draw < 0.5 ? 0 : draw < 0.8 ? 1 : 2
      return Self.position(reference: reference[token], tuned: tuned[token])
    }
    let sums = EmittedSums(positions)
    #expect(abs(sums.k3TunedReference / 20_000 - divergence) < 0.005, "seed \(seed)")
    // χ²(reference ‖ tuned) = Σ reference² / tuned − 1
    let chiSquare = zip(tuned, reference).reduce(-1) { $0 + $1.1 * $1.1 / $1.0 }
    #expect(abs(sums.ratioReferenceTunedSquare / 20_000 - 1 - chiSquare) < 0.05, "seed \(seed)")
  }
}

import Foundation
import Measures
import Testing
import Tokenization
import Traces

/// The lower bounds are attained: some allowed pair of distributions comes as close as they say.
@Suite struct TruncatedExactnessTests {
  /// All distributions over three tokens, on a grid, that a row allows.
  private func allowed(_ row: TruncatedRow) -> [[Double]] {
    let steps = 100
    let cap = exp(row.unlistedCap + row.precision)
    var range = [ClosedRange<Double>](repeating: 0...cap, count: 3)
    for (token, logprob) in zip(row.tokens, row.logprobs) {
      range[Int(token.rawValue)] = exp(logprob - row.precision)...exp(logprob + row.precision)
    }
    var distributions: [[Double]] = []
    for i in 0...steps {
      for j in 0...(steps - i) {
        let p = [i, j, steps - i - j].map { Double($0) / Double(steps) }
        if zip(p, range).allSatisfy({ $0 >= $1.lowerBound - 1e-9 && $0 <= $1.upperBound + 1e-9 }) {
          distributions.append(p)
        }
      }
    }
    return distributions
  }

  /// Rows whose bounds lie on the grid of 1/100: `ln 1.25` and `ln 1.6` as precisions, probabilities to match.
  static let pairs: [(tuned: TruncatedRow, reference: TruncatedRow)] = [
    (.hand([0: 0.8]), .hand([0: 0.4])),
    (.hand([0: 0.6]), .hand([1: 0.5])),
    (.hand([0: 0.6, 1: 0.3]), .hand([2: 0.4])),
    (.hand([0: 0.4], precision: log(1.25)), .hand([0: 0.8], precision: log(1.25))),
    (.hand([0: 0.4, 1: 0.2], precision: log(1.25)), .hand([1: 0.4, 2: 0.4], precision: log(1.25))),
    (.hand([2: 0.6, 0: 0.2, 1: 0.2], precision: log(1.25)), .hand([0: 0.4], precision: log(1.6))),
    (.hand([0: 0.5, 1: 0.25, 2: 0.25]), .hand([0: 0.4, 2: 0.4])),
    (.hand([0: 0.4, 1: 0.4, 2: 0.2], precision: log(1.25)), .hand([2: 0.4, 1: 0.4], precision: log(1.25))),
  ]

  @Test(arguments: 0..<pairs.count)
  func `no allowed pair is below a lower bound, and one comes down to it`(index: Int) {
    let (tuned, reference) = Self.pairs[index]
    let bounds = truncatedDivergences(reference: reference, tuned: tuned, vocabularySize: 3, floor: nil)
    let rows = (tuned: allowed(tuned), reference: allowed(reference))
    #expect(!rows.tuned.isEmpty && !rows.reference.isEmpty)
    var least = (kl: Double.infinity, reverse: Double.infinity, js: Double.infinity, tv: Double.infinity)
    var most = (kl: 0.0, reverse: 0.0, js: 0.0, tv: 0.0)
    for p in rows.tuned {
      for q in rows.reference {
        let value = divergences(p, q)
        least = (
          min(least.kl, value.kl), min(least.reverse, value.reverse), min(least.js, value.js),
          min(least.tv, value.tv)
        )
        most = (
          max(most.kl, value.kl), max(most.reverse, value.reverse), max(most.js, value.js),
          max(most.tv, value.tv)
        )
      }
    }
    // The grid is 1/100 wide and can miss the minimum by the curvature over one step.
    expect(bounds.klTunedReference, least.kl, most.kl, within: 2e-3)
    expect(bounds.klReferenceTuned, least.reverse, most.reverse, within: 2e-3)
    expect(bounds.jensenShannon, least.js, most.js, within: 5e-4)
    expect(bounds.totalVariation, least.tv, most.tv, within: 1e-9)
  }

  private func divergences(_ p: [Double], _ q: [Double]) -> (
    kl: Double, reverse: Double, js: Double, tv: Double
  ) {
    var sums = (kl: 0.0, reverse: 0.0, js: 0.0, tv: 0.0)
    for i in 0..<3 {
      let (a, b) = (p[i], q[i])
      let own = a > 0 ? a * log(a / b) : 0
      let other = b > 0 ? b * log(b / a) : 0
      sums.kl += own
      sums.reverse += other
      sums.js += (a > 0 ? a * log(2 * a / (a + b)) : 0) / 2 + (b > 0 ? b * log(2 * b / (a + b)) : 0) / 2
      sums.tv += abs(a - b) / 2
    }
    return sums
  }

  private func expect(_ figure: Figure, _ least: Double, _ most: Double, within tolerance: Double) {
    #expect(figure.low <= least + 1e-12)
    #expect(figure.low >= least - tolerance)
    #expect((figure.high ?? .infinity) >= most - 1e-12)
  }
}

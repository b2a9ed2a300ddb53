import Foundation
import Statistics
import TestSupport

/// Tokens under two models whose positions are alike within prompts, some of them with a true effect.
struct ContrastSimulation {
  /// What each token's prompts add to the two means.
  private(set) var contrasts: [ClusteredContrast] = []
  /// The number of tokens, from the first on, that differ.
  let differing: Int

  /// - Parameters:
  ///   - differing: How many tokens differ between the models.
  ///   - effect: By how much, in standard deviations of a position.
  ///   - clustering: The part of a position's variance that its prompt decides, 0 … 1. Tokens share their prompts'
  ///     part, so that their tests depend on each other.
  ///   - firstCounts: How many positions of a token a prompt has under the first model.
  init(
    seed: UInt64, tokens: Int, prompts: Int, differing: Int = 0, effect: Double = 0, clustering: Double = 0.5,
    firstCounts: ClosedRange<Int> = 1...6
  ) {
    var generator = SplitMix64(seed: seed)
    self.differing = differing
    let shared = (0..<prompts).map { _ in (generator.normal(), generator.normal()) }
    for token in 0..<tokens {
      var contrast = ClusteredContrast(first: [], second: [])
      for prompt in 0..<prompts where Double.random(in: 0..<1, using: &generator) < 0.6 {
        let shift = token < differing ? effect : 0
        func total(_ prompted: Double, _ shift: Double, _ counts: ClosedRange<Int>) -> ClusterTotal {
          let count = Int.random(in: counts, using: &generator)
          let own = generator.normal()
          let sum = (0..<count).reduce(0.0) { sum, _ in
            sum + shift + clustering.squareRoot() * (0.7 * prompted + 0.7 * own)
              + (1 - clustering).squareRoot() * generator.normal()
          }
          return ClusterTotal(cluster: prompt, sum: sum, count: Double(count))
        }
        contrast.first.append(total(shared[prompt].0, shift, firstCounts))
        contrast.second.append(total(shared[prompt].1, 0, 1...6))
      }
      contrasts.append(contrast)
    }
  }
}

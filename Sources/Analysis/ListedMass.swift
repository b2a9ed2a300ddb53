import Foundation
import Measures
import ShiftStore
import Tokenization
import Traces

/// What truncated rows say about the probability that tuning moved onto each token: where both list it, all; where one
/// does, up to what the other leaves for a token that it does not list.
struct ListedMass {
  private var moved = TokenMasses()
  private var positions = 0
  private var unlistedReference = 0.0
  private var unlistedTuned = 0.0

  /// Adds one position.
  ///
  /// - Parameter comparison: The one that has just compared the two rows.
  mutating func add(reference: TruncatedRow, tuned: TruncatedRow, _ comparison: TruncatedComparison) {
    positions += 1
    unlistedReference += add(
      reference, comparison.referenceProbabilities.span, mass: comparison.referenceMass, sign: -1)
    unlistedTuned += add(
      tuned, comparison.tunedProbabilities.span, mass: comparison.tunedMass, sign: 1)
  }

  /// Adds a row; the most that one token which it does not list can have.
  private mutating func add(
    _ row: TruncatedRow, _ probabilities: Span<Double>, mass: Double, sign: Double
  ) -> Double {
    moved.add(row.tokens.span, probabilities, sign: sign)
    return min(exp(row.unlistedCap), max(0, 1 - mass))
  }

  /// The sums, nil where nothing was added.
  var tokens: MovedTokens? {
    guard positions > 0 else { return nil }
    return MovedTokens(
      positions: positions, unlistedReference: unlistedReference,
      unlistedTuned: unlistedTuned,
      entries: moved.rising.map {
        MovedTokens.Entry(tokenID: $0.token.rawValue, movedMass: $0.mass, klShare: 0)
      })
  }
}

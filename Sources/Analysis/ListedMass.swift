import Foundation
import Measures
import ShiftStore
import Tokenization
import Traces

/// What truncated rows say about the probability that tuning moved onto each token: where both list it, all; where one
/// does, up to what the other leaves for a token that it does not list.
struct ListedMass {
  private var moved: [Int32: Double] = [:]
  private var positions = 0
  private var unlistedReference = 0.0
  private var unlistedTuned = 0.0

  /// Adds one position.
  mutating func add(reference: TruncatedRow, tuned: TruncatedRow) {
    positions += 1
    unlistedReference += add(reference, sign: -1)
    unlistedTuned += add(tuned, sign: 1)
  }

  /// Adds a row; the most that one token which it does not list can have.
  private mutating func add(_ row: TruncatedRow, sign: Double) -> Double {
    var listed = 0.0
    for (token, logprob) in zip(row.tokens, row.logprobs) {
      let probability = exp(logprob)
      listed += probability
      moved[token.rawValue, default: 0] += sign * probability
    }
    return min(exp(row.unlistedCap), max(0, 1 - listed))
  }

  /// The sums, nil where nothing was added.
  var tokens: MovedTokens? {
    guard positions > 0 else { return nil }
    return MovedTokens(
      positions: positions, sharePositions: nil, unlistedReference: unlistedReference,
      unlistedTuned: unlistedTuned,
      entries: moved.sorted { $0.key < $1.key }.map {
        MovedTokens.Entry(tokenID: $0.key, movedMass: $0.value, klShare: 0)
      })
  }
}

extension MovedTokens {
  /// What dense rows say, exactly.
  init(_ moved: MeasuredItem.Moved) {
    self.init(
      positions: moved.positions + moved.infinitePositions, sharePositions: moved.positions,
      unlistedReference: 0, unlistedTuned: 0,
      entries: zip(moved.movedMass, moved.klShare).enumerated().map { token, sums in
        Entry(tokenID: Int32(clamping: token), movedMass: sums.0.value, klShare: sums.1.value)
      })
  }
}

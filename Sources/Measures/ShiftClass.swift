/// How far down the reference's list the emitted token stood (URIAL, arXiv 2312.01552).
public enum ShiftClass: String, CaseIterable, Sendable {
  /// The reference's first choice: rank 1.
  case unshifted
  /// Among the reference's next choices: rank 2 or 3.
  case marginal
  /// Below the reference's third choice.
  case shifted

  /// The class of a token with this rank in the reference.
  ///
  /// - Parameter rank: 1 + the number of tokens strictly more probable under the reference.
  /// - Precondition: `rank` is at least 1.
  public init(referenceRank rank: Int) {
    precondition(rank >= 1, "rank must be at least 1, but is \(rank)")
    self =
      switch rank {
      case 1: .unshifted
      case 2...3: .marginal
      default: .shifted
      }
  }

  /// The class that every rank from this one on has, nil where they have several.
  ///
  /// - Parameter rank: The least rank that the token can have under the reference.
  init?(referenceRankAtLeast rank: Int) {
    guard rank > 3 else { return nil }
    self = .shifted
  }
}

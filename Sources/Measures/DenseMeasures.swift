public import Tokenization

/// What two dense rows say about one position.
public struct DenseMeasures: Equatable, Sendable {
  /// How the two distributions differ and how spread out each one is; every figure is exact.
  public var divergences: Divergences
  /// What the reference says by itself.
  public var reference: Side
  /// What the tuned model says by itself.
  public var tuned: Side

  /// One row by itself.
  public struct Side: Equatable, Sendable {
    /// `ln Σᵥ e^score(v)`, in nats: 0 for a row of logprobs.
    public var logSumExp: Double
    /// The logprob of the emitted token, in nats; `-infinity` where it is excluded.
    public var logprob: Double
    /// 1 + the number of tokens strictly more probable than the emitted one.
    public var rank: Int
    /// The most probable token, the lowest id among equals.
    public var top: TokenID
    /// The most probable tokens by falling logprob, ties by rising id; as many as were asked for, fewer where fewer
    /// have any probability. Empty where none were asked for.
    public var mostProbable: [RankedToken]
  }

  /// A token of a list of the most probable ones.
  public struct RankedToken: Equatable, Sendable {
    /// The token.
    public var token: TokenID
    /// Its logprob, in nats.
    public var logprob: Double

    /// A token and its logprob.
    public init(token: TokenID, logprob: Double) {
      self.token = token
      self.logprob = logprob
    }
  }

  /// How many of their most probable tokens the models share; nil where fewer than ``TopOverlap/depth`` are listed.
  private var topOverlap: Int? {
    guard min(reference.mostProbable.count, tuned.mostProbable.count) >= TopOverlap.depth else { return nil }
    return TopOverlap.count(
      reference.mostProbable.prefix(TopOverlap.depth).map(\.token),
      tuned.mostProbable.prefix(TopOverlap.depth).map(\.token))
  }

  /// The flat record of this position.
  public func record(position: Int, emitted: TokenID) -> PositionMeasures {
    PositionMeasures(
      position: position, tokenID: emitted, divergences: divergences, logprobReference: reference.logprob,
      logprobTuned: tuned.logprob, rankReference: reference.rank, rankTuned: tuned.rank,
      topReference: reference.top, topTuned: tuned.top, coverageReference: 1, coverageTuned: 1,
      topOverlap: topOverlap)
  }
}

public import Tokenization

/// What is known of one position when only some tokens have a stored logprob.
///
/// The listed tokens are the k most probable ones and, where its logprob is known, the emitted token.
/// Every token that is not listed has at most ``unlistedCap``.
public struct TruncatedRow: Sendable, Equatable {
  /// The listed tokens by falling logprob, ties by rising id. Distinct.
  public var tokens: ArraySlice<TokenID>
  /// Their logprobs, in nats; `-infinity` for a token with probability 0. Same length as `tokens`.
  public var logprobs: ArraySlice<Double>
  /// The largest logprob that a token not listed can have, in nats.
  ///
  /// The k-th logprob of the list of the k most probable. An emitted token listed in addition does not lower it.
  public var unlistedCap: Double
  /// The logprob of the emitted token in nats, nil where the file does not say.
  public var emittedLogprob: Double?
  /// 1 + the number of strictly more probable tokens, nil where the file does not say.
  public var emittedRank: Int?
  /// How far a stored logprob can be from the true one because of the digits the file keeps, in nats.
  public var precision: Double

  /// A row of listed tokens.
  public init(
    tokens: ArraySlice<TokenID>, logprobs: ArraySlice<Double>, unlistedCap: Double,
    emittedLogprob: Double?, emittedRank: Int?, precision: Double
  ) {
    precondition(
      tokens.count == logprobs.count, "\(tokens.count) tokens and \(logprobs.count) logprobs must pair")
    self.tokens = tokens
    self.logprobs = logprobs
    self.unlistedCap = unlistedCap
    self.emittedLogprob = emittedLogprob
    self.emittedRank = emittedRank
    self.precision = precision
  }
}

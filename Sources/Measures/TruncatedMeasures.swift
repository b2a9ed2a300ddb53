import Foundation
public import Tokenization
public import Traces

extension TruncatedRow {
  /// The probability mass of the listed tokens, 0 … 1.
  public var coverage: Double { min(1, logprobs.reduce(0) { $0 + exp($1) }) }

  /// What the row says about the token that stands in the text.
  ///
  /// - Returns: Its logprob in nats, and 1 + the number of tokens strictly more probable by the stored logprobs.
  ///   What the row does not state is read off its list: the logprob where the token is listed, the rank where
  ///   it is listed with at least the cap, because then every token above it is listed too.
  public func emitted(_ token: TokenID) -> (logprob: Double?, rank: Int?) {
    let listed = tokens.firstIndex(of: token).map { logprobs[logprobs.startIndex + ($0 - tokens.startIndex)] }
    let logprob = emittedLogprob ?? listed
    guard emittedRank == nil, let listed, listed >= unlistedCap else { return (logprob, emittedRank) }
    return (logprob, 1 + logprobs.prefix { $0 > listed }.count)
  }
}

extension TruncatedRow {
  /// The least rank that the token which stands in the text can have.
  ///
  /// - Returns: 1 + the number of listed tokens strictly more probable than it can be by the stored logprobs: than its
  ///   own logprob where that is known, and than any token that is not listed where it is not.
  func leastRank(of token: TokenID) -> Int {
    let most = emitted(token).logprob ?? unlistedCap
    return 1 + logprobs.prefix { $0 > most }.count
  }
}

extension TruncatedComparison {
  /// Everything that two truncated rows say about one position.
  ///
  /// - Parameters:
  ///   - position: The place in the response, counted from 0.
  ///   - token: The token that stands in the text.
  /// - Returns: The record, its divergences bounded as in ``divergences(reference:tuned:vocabularySize:floor:)``;
  ///   nil where one of the rows lists no token, because then its most probable token is not known.
  public mutating func measures(
    position: Int, token: TokenID, reference: TruncatedRow, tuned: TruncatedRow, vocabularySize: Int?,
    floor: Double?
  ) -> PositionMeasures? {
    guard let topReference = reference.tokens.first, let topTuned = tuned.tokens.first else { return nil }
    let underReference = reference.emitted(token)
    let underTuned = tuned.emitted(token)
    return PositionMeasures(
      position: position, tokenID: token,
      divergences: divergences(
        reference: reference, tuned: tuned, vocabularySize: vocabularySize, floor: floor),
      logprobReference: underReference.logprob, logprobTuned: underTuned.logprob,
      rankReference: underReference.rank,
      rankReferenceLow: underReference.rank == nil ? reference.leastRank(of: token) : nil,
      rankTuned: underTuned.rank, topReference: topReference, topTuned: topTuned,
      coverageReference: min(1, referenceMass), coverageTuned: min(1, tunedMass),
      topOverlap: reference.listsMostProbable && tuned.listsMostProbable ? sharedTop : nil)
  }
}

public import Tokenization

/// Everything measured at one position of one response: the flat record of every output.
public struct PositionMeasures: Equatable, Sendable, BitwiseCopyable {
  /// The place in the response, counted from 0 at its first token.
  public var position: Int
  /// The token that stands in the text here.
  public var tokenID: TokenID
  /// How the two distributions differ.
  public var divergences: Divergences
  /// The reference's logprob of the emitted token, in nats; nil where the trace does not say.
  public var logprobReference: Double?
  /// The tuned model's logprob of the emitted token, in nats; nil where the trace does not say.
  public var logprobTuned: Double?
  /// 1 + the number of tokens strictly more probable than the emitted one under the reference.
  public var rankReference: Int?
  /// The least rank that the emitted token can have under the reference, where the rank itself is not known; nil where
  /// it is known, and where nothing is.
  public var rankReferenceLow: Int?
  /// 1 + the number of tokens strictly more probable than the emitted one under the tuned model.
  public var rankTuned: Int?
  /// The reference's most probable token, the lowest id among equals.
  public var topReference: TokenID
  /// The tuned model's most probable token, the lowest id among equals.
  public var topTuned: TokenID
  /// The probability mass of the tokens whose logprob is known under the reference, 0 … 1. 1 for a dense row.
  public var coverageReference: Double
  /// The probability mass of the tokens whose logprob is known under the tuned model, 0 … 1. 1 for a dense row.
  public var coverageTuned: Double
  /// How many of its ``TopOverlap/depth`` most probable tokens each model shares with the other; nil where one of the rows
  /// does not list so many.
  public var topOverlap: Int?

  /// `rankReference − rankTuned`: positive where tuning promoted the emitted token.
  public var rankShift: Int? {
    guard let rankReference, let rankTuned else { return nil }
    return rankReference - rankTuned
  }

  /// The class of the emitted token's rank in the reference; nil where what is known of the rank allows several.
  public var shiftClass: ShiftClass? {
    rankReference.map(ShiftClass.init(referenceRank:))
      ?? rankReferenceLow.flatMap(ShiftClass.init(referenceRankAtLeast:))
  }

  /// `logprobTuned − logprobReference`, in nats: positive where tuning made the emitted token more probable.
  public var logprobShift: Double? {
    guard let logprobReference, let logprobTuned else { return nil }
    return logprobTuned - logprobReference
  }

  /// ``topReference`` where it is known to be the reference's first choice.
  ///
  /// A row that lists the token in the text and no other has it for its first choice, whatever the model's may be: then
  /// only a rank of 1 says that it is.
  public var knownTopReference: TokenID? {
    topReference == tokenID && rankReference != 1 ? nil : topReference
  }

  /// ``topTuned`` where it is known to be the tuned model's first choice.
  public var knownTopTuned: TokenID? { topTuned == tokenID && rankTuned != 1 ? nil : topTuned }

  /// Whether both models have the same first choice; nil where that is not known.
  ///
  /// Rows that list nothing but the token in the text still tell where it is the first choice of one model and not of the
  /// other; where it is of neither they do not.
  public var hasSameTop: Bool? {
    if let reference = knownTopReference, let tuned = knownTopTuned { return reference == tuned }
    if knownTopReference == tokenID, let rankTuned, rankTuned > 1 { return false }
    if knownTopTuned == tokenID, hasOtherReferenceTop { return false }
    return nil
  }

  /// Whether the token in the text is the reference's first choice; nil where that is not known.
  public var isReferenceTop: Bool? {
    knownTopReference.map { $0 == tokenID } ?? (hasOtherReferenceTop ? false : nil)
  }

  /// True where the token in the text certainly has a reference rank above 1.
  private var hasOtherReferenceTop: Bool { (rankReference ?? rankReferenceLow ?? 1) > 1 }

  /// A record of one position.
  public init(
    position: Int, tokenID: TokenID, divergences: Divergences, logprobReference: Double?,
    logprobTuned: Double?, rankReference: Int?, rankReferenceLow: Int? = nil, rankTuned: Int?,
    topReference: TokenID, topTuned: TokenID, coverageReference: Double, coverageTuned: Double,
    topOverlap: Int? = nil
  ) {
    self.position = position
    self.tokenID = tokenID
    self.divergences = divergences
    self.logprobReference = logprobReference
    self.logprobTuned = logprobTuned
    self.rankReference = rankReference
    self.rankReferenceLow = rankReference == nil ? rankReferenceLow : nil
    self.rankTuned = rankTuned
    self.topReference = topReference
    self.topTuned = topTuned
    self.coverageReference = coverageReference
    self.coverageTuned = coverageTuned
    self.topOverlap = topOverlap
  }
}

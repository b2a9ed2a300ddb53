import Foundation

/// What one model says of the tokens of a text, each by itself, and nothing else.
public struct EmittedLoss: Equatable, Sendable {
  /// −ln of the token's probability, in nats.
  public var loss: Double
  /// The token's place in the model's list, counted from 1; nil where the file does not say.
  public var rank: Int?
  /// The token as text, or as the caller names it.
  public var token: String

  /// What a model says of a token.
  public init(loss: Double, rank: Int?, token: String) {
    self.loss = loss
    self.rank = rank
    self.token = token
  }
}

/// The figures of the code released with arXiv 2507.00432, to the letter: what its Figure 4 calls KL divergence.
///
/// Of every token of a response that the tuned model wrote: `r = ln(p + ε) − ln(q + ε)`, p the tuned model's probability of
/// it and q the reference's. The mean over the tokens of a response, of those over responses, and the absolute value.
///
/// This is no divergence but an estimate of KL(tuned‖reference) from the emitted tokens alone (k1). It does not see the
/// other tokens of the vocabulary, can be negative before the absolute value is taken, estimates without bias only text
/// that was sampled at temperature 1, and text written greedily has no such sample.
///
/// Source: `calculate_KL.py` of the released code.
public struct PaperEstimate: Equatable, Sendable {
  /// What the code adds to both probabilities.
  public static let epsilon = 1e-10
  /// The code scores so many responses of a file, the first ones.
  public static let mostResponses = 100

  /// One response that has tokens in both files.
  public struct Response: Equatable, Sendable {
    /// Its place among the responses handed in, counted from 0.
    public var index: Int
    /// The number of tokens that both files have.
    public var tokenCount: Int
    /// The mean of r over its tokens, in nats.
    public var logRatio: Double
    /// The number of tokens whose rank both files tell.
    public var rankedCount: Int
    /// The sum of reference rank − tuned rank over these.
    public var rankShiftSum: Int
    /// The number of tokens whose rank differs.
    public var shiftedCount: Int

    /// The mean of reference rank − tuned rank; nil where no ranks are told.
    public var rankShift: Double? { rankedCount > 0 ? Double(rankShiftSum) / Double(rankedCount) : nil }
  }

  /// The responses, those without tokens left out.
  public let responses: [Response]

  /// Pairs responses by their place and tokens by theirs; what is longer is cut to the shorter.
  ///
  /// - Parameters:
  ///   - tuned: The tuned model's losses, response by response.
  ///   - reference: The reference's losses of the same text.
  public init(tuned: [[EmittedLoss]], reference: [[EmittedLoss]]) {
    var responses: [Response] = []
    for (index, pair) in zip(tuned, reference).enumerated() {
      let tokens = Array(zip(pair.0, pair.1))
      guard !tokens.isEmpty else { continue }
      let shifts = tokens.compactMap { tuned, reference in
        tuned.rank.flatMap { own in reference.rank.map { $0 - own } }
      }
      responses.append(
        Response(
          index: index, tokenCount: tokens.count,
          logRatio: tokens.reduce(0) { $0 + Self.logRatio(tuned: $1.0.loss, reference: $1.1.loss) }
            / Double(tokens.count),
          rankedCount: shifts.count, rankShiftSum: shifts.reduce(0, +), shiftedCount: shifts.count { $0 != 0 }
        ))
    }
    self.responses = responses
  }

  /// `ln(p + ε) − ln(q + ε)` of one token, in nats.
  public static func logRatio(tuned: Double, reference: Double) -> Double {
    log(exp(-tuned) + epsilon) - log(exp(-reference) + epsilon)
  }

  /// The number of tokens in all responses.
  public var tokenCount: Int { responses.reduce(0) { $0 + $1.tokenCount } }

  /// The mean over responses of their mean r, in nats; nil without responses.
  public var signedMean: Double? { Self.mean(responses.map(\.logRatio)) }

  /// What the code calls `kl_divergence`: the absolute value of ``signedMean``, in nats.
  public var klDivergence: Double? { signedMean.map(abs) }

  /// The mean over responses of their mean rank shift; nil where no ranks are told.
  public var rankShiftByResponse: Double? { Self.mean(responses.compactMap(\.rankShift)) }

  /// The mean rank shift over all tokens; nil where no ranks are told.
  public var rankShiftByToken: Double? {
    let count = responses.reduce(0) { $0 + $1.rankedCount }
    return count > 0 ? Double(responses.reduce(0) { $0 + $1.rankShiftSum }) / Double(count) : nil
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// The base model's view of the tuned model's text at one place of the responses (URIAL, arXiv 2312.01552, Figure 4).
public struct URIALPoint: Sendable {
  /// The task; nil where the files name none.
  public var task: String?
  /// The place in the response, counted from 0.
  public var position: Int
  /// The number of responses that have a token there.
  public var count: Int
  /// The mean of `ln p − ln q` of the emitted token, p tuned and q reference, in nats: an estimate of KL(tuned‖reference).
  public var logRatio: Double
  /// The mean KL(tuned‖reference); nil where distributions are not stored.
  public var divergence: Figure?
  /// The mean rank of the token in the reference, counted from 0.
  public var baseRank: Double?
  /// The mean probability of the token in the reference.
  public var baseProbability: Double
  /// The parts of the tokens in each of URIAL's classes.
  public var shares: [ShiftClass: Double]

  /// A point.
  public init(
    task: String?, position: Int, count: Int, logRatio: Double, divergence: Figure?, baseRank: Double?,
    baseProbability: Double, shares: [ShiftClass: Double]
  ) {
    self.task = task
    self.position = position
    self.count = count
    self.logRatio = logRatio
    self.divergence = divergence
    self.baseRank = baseRank
    self.baseProbability = baseProbability
    self.shares = shares
  }
}

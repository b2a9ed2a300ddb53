public import Statistics

/// One vocabulary token, or one group of tokens, under two tuned models.
public struct TokenContrast: Equatable, Sendable {
  /// The token's id, or the group's number.
  public var id: Int
  /// The positions behind the first model's mean.
  public var firstCount: Int
  /// The positions behind the second model's mean.
  public var secondCount: Int
  /// The two means, the first minus the second, and how sure that is.
  public var result: ContrastResult
}

/// Which tokens a contrast is about, and what it compares.
public struct ContrastRequest: Sendable {
  /// The first model's comparisons.
  public var first: [Comparison]
  /// The second model's comparisons.
  public var second: [Comparison]
  /// One task, or nil for all.
  public var task: String?
  /// The fewest positions of a token under each model. Tokens with fewer are not tested.
  public var minimumCount: Int
  /// The group of each token id, where tokens are taken together; a token without one is left out.
  public var groups: [Int: Int]?
  /// The fewest prompts that must touch a token, under either model, for an interval and a test of it.
  public var minimumPrompts = ContrastRequest.fewestPrompts
  /// With n prompts the smallest p-value is 2 · 2⁻ⁿ: fewer than 6 cannot give 0.05, leave every difference possible, and
  /// would only make the correction for many tests stricter (Tarone 1990).
  public static let fewestPrompts = 6
  /// How many threads share the work. Digits do not depend on it.
  public var threads: Int
  /// How many flips of signs each test draws, at least 1. See ``SignFlipTest``.
  public var flips = 10_000

  /// A request.
  public init(
    first: [Comparison], second: [Comparison], task: String?, minimumCount: Int, groups: [Int: Int]? = nil,
    threads: Int
  ) {
    self.first = first
    self.second = second
    self.task = task
    self.minimumCount = minimumCount
    self.groups = groups
    self.threads = threads
  }
}

import CTruncation
import Tokenization
import Traces

/// How many of their most probable tokens two models have in common.
///
/// Ties are broken by the lowest id. Tuning that only re-ranks what the reference would have said keeps most of them;
/// tuning that brings up tokens from far below does not.
///
/// Source: Sparse but Critical, arXiv 2603.22446; AlignTDS's lists of 10.
public enum TopOverlap {
  /// How many of the most probable tokens of each model are compared.
  public static let depth = Int(TRUNCATION_TOP)

  /// The number of tokens that two lists of ``depth`` distinct ids share.
  static func count(_ reference: some Collection<TokenID>, _ tuned: some Collection<TokenID>) -> Int {
    // A hundred comparisons of integers cost less than any set.
    tuned.reduce(0) { $0 + (reference.contains($1) ? 1 : 0) }
  }
}

extension TruncatedRow {
  /// Whether the first ``TopOverlap/depth`` tokens certainly are the most probable ones. An emitted token may be listed in
  /// addition, below tokens that are not.
  var listsMostProbable: Bool {
    tokens.count >= TopOverlap.depth && logprobs[logprobs.startIndex + TopOverlap.depth - 1] >= unlistedCap
  }
}

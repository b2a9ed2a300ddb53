/// What a person vouches for, against what the values of a file look like.
public enum TraceAssumption: String, CaseIterable, Hashable, Sendable {
  /// The values are the model's own: no temperature, penalty, top-k or top-p was applied.
  case raw
  /// The scores are logits, whatever their tensor is named.
  case logits
  /// The values are logprobs, even where listed probabilities add up to more than 1 or a whole row does not to 1.
  case logprobs
  /// Each row predicts the token that it is read beside, even where the text fits better when it is moved.
  case aligned
}

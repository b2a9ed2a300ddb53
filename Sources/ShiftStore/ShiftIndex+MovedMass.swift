/// How probability moved under one tuned model, as far as truncated traces tell.
public struct MovedMass: Sendable {
  /// The tokens that a list of either model holds, by rising id, without shares of KL.
  public var drifts: [PredictedDrift]
  /// How far below and above a mean the true one can lie, because a row does not list every token.
  public var unlisted: ClosedRange<Double>
}

extension ShiftIndex {
  /// How probability moved onto and off vocabulary tokens, where traces list only the most probable ones.
  ///
  /// Means over positions; a token that a row does not list counts as 0 there. ``predictedDrift(in:task:groups:)`` is
  /// exact and has shares of KL, but needs dense traces.
  ///
  /// - Parameter groups: The group of each token id, where tokens are taken together; a token without one is left out.
  /// - Returns: Nil where nothing was measured.
  public func movedMass(
    in comparisons: [Comparison], task: String?, groups: [Int: Int]? = nil
  ) throws -> MovedMass? {
    let request = ContrastRequest(
      first: [], second: [], task: task, minimumCount: 1, groups: groups, threads: 1)
    let sums = try predictedSums(comparisons, request)
    let positions = Double(sums.prompts.values.reduce(0) { $0 + $1.positions })
    guard positions > 0 else { return nil }
    let unlisted = sums.prompts.sorted { $0.value.number < $1.value.number }
      .reduce(into: (reference: 0.0, tuned: 0.0)) { sum, prompt in
        sum.reference += prompt.value.unlistedReference / positions
        sum.tuned += prompt.value.unlistedTuned / positions
      }
    return MovedMass(
      drifts: sums.movedMass.map {
        PredictedDrift(tokenID: $0.id, klShareMean: nil, movedMassMean: $0.sum / positions)
      }, unlisted: -unlisted.reference...unlisted.tuned)
  }
}

extension ShiftIndex {
  /// The responses on which two tuned models are set against each other: each model's own, or the same for both.
  ///
  /// Text of several kinds is never thrown together: what a token does in the reference's text says nothing about what it
  /// does in the tuned model's. Where one of the models has no text of its own, both are compared on what they share.
  ///
  /// - Throws: ``StoreError`` when a name is not in the index, or when several kinds of text could be meant.
  public func contrastSides(
    _ first: String, _ second: String, source: SourceChoice
  ) throws -> (first: [Comparison], second: [Comparison]) {
    if case .named = source {
      return (try comparisons(of: first, source: source), try comparisons(of: second, source: source))
    }
    let all = (try comparisons(of: first, source: .all), try comparisons(of: second, source: .all))
    let own = (all.0.filter(\.isOwnText), all.1.filter(\.isOwnText))
    if source == .own, !own.0.isEmpty, !own.1.isEmpty { return own }
    let shared = all.0.map(\.source).filter { source in all.1.contains { $0.source == source } }
    guard shared.count == 1 else {
      throw StoreError(file: path, .severalTexts(first: first, second: second, shared: shared))
    }
    return (all.0.filter { $0.source == shared[0] }, all.1.filter { $0.source == shared[0] })
  }
}

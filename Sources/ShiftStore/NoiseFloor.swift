import Statistics

extension Comparison {
  /// True for the reference scored again, by another engine or at another precision: what it differs by is noise.
  public var isControl: Bool { method == "control" }
}

extension SummaryRow {
  /// The row with the control's divergence on the same text and task beside its own.
  ///
  /// Where several controls were measured, the one with the largest divergence counts.
  func besideFloor(of controls: [SummaryRow]) -> SummaryRow {
    let own = controls.filter { $0.task == task && $0.comparison.source == comparison.source }
    var row = self
    for (figure, floor, over) in [
      (SummaryFigure.klTunedReference, SummaryFigure.klTunedReferenceFloor, .klTunedReferenceOverFloor),
      (.jensenShannon, .jensenShannonFloor, SummaryFigure.jensenShannonOverFloor),
    ] {
      let noise = own.compactMap { $0[figure] }.max { $0.low.value < $1.low.value }
      row.figures[floor] = noise
      row.figures[over] = noise.flatMap { noise in self[figure]?.divided(by: noise) }
    }
    return row
  }
}

extension Estimate {
  /// The ratio of two means, of which neither is negative: least where the first is least and the second largest. Nil where
  /// nothing is known: a second mean without an upper bound leaves every ratio open.
  fileprivate func divided(by other: Estimate) -> Estimate? {
    if case .exact(let mean) = knowledge, case .exact(let noise) = other.knowledge {
      return noise.value > 0 ? Estimate(.exact(Mean(mean.value / noise.value))) : nil
    }
    guard let most = other.high?.value, most > 0 else { return nil }
    let least = other.low.value
    return Estimate(
      .between(
        low: Mean(low.value / most), high: least > 0 ? high.map { Mean($0.value / least) } : nil))
  }
}

import Foundation
import Statistics

/// Makes estimates of sums: values first, then all of their intervals at once.
///
/// Draws depend on the number of groups alone, so that slices with as many prompts share them.
struct SummaryEstimates {
  private var bootstraps: [Int: ClusteredBootstrap] = [:]
  /// The figures that are made; nil for all.
  private let wanted: Set<SummaryFigure>?

  /// Makes these figures, or all.
  init(wanted: Set<SummaryFigure>? = nil) { self.wanted = wanted }

  private var figures: [SummaryFigure] {
    SummaryFigure.means.filter { wanted?.contains($0) ?? true }
  }

  /// The means of a slice that mean something on its comparison's text.
  mutating func means(
    of slice: SliceTotals, _ comparison: Comparison, _ weighting: Weighting
  ) -> [SummaryFigure: Estimate] {
    let figures = figures.filter { comparison.bears($0) && (slice.canBeSample || !$0.needsSample) }
    let found = figures.compactMap { figure in
      slice.means(figure, weighting).flatMap {
        $0.hasFiniteSquares ? (figure, EstimatedMean($0, range: figure.meanRange)) : nil
      }
    }
    var estimates = estimates(of: found, prompts: slice.counts.prompts)
      .filter { !$0.key.isOfSquaredRatios || $0.value.low.value > -1 }
    for figure in SummaryFigure.storageErrors {
      // A bound has no interval of its own.
      estimates[figure] = slice.means(figure, weighting).flatMap { mean(of: $0.low) }
        .map { Estimate(.exact(.init($0))) }
    }
    estimates[.probabilityShiftRMS] = slice.ratios.probabilityShiftRMS.map { Estimate(.exact(.init($0))) }
    guard slice.canBeSample, let writer = comparison.writer else { return estimates }
    estimates[.effectiveSampleShare] = slice.ratios.effectiveShare(writer: writer)
      .map { Estimate(.exact(.init($0))) }
    estimates[.effectiveSequenceShare] = slice.ratios.effectiveSequenceShare(writer: writer)
      .map { Estimate(.exact(.init($0))) }
    return estimates
  }

  /// The differences of the means of two slices on the prompts that both have.
  mutating func differences(
    of first: SliceTotals, minus second: SliceTotals, _ weighting: Weighting
  ) -> (prompts: Int, differences: [SummaryFigure: Estimate]) {
    let shared = SharedPrompts(first.prompts, second.prompts)
    let found = figures.filter { $0.writer == nil }.compactMap { figure in
      first.means(figure, weighting).flatMap { one in
        second.means(figure, weighting).map {
          (figure, EstimatedMean(shared, one, minus: $0, range: figure.differenceRange))
        }
      }
    }
    return (shared.count, estimates(of: found, prompts: shared.count))
  }

  private mutating func estimates(
    of means: [(SummaryFigure, EstimatedMean)], prompts: Int
  ) -> [SummaryFigure: Estimate] {
    let groups = PromptGroups.count(prompts: prompts)
    let bootstrap = bootstraps[groups] ?? ClusteredBootstrap(clusterCount: groups)
    bootstraps[groups] = bootstrap
    let intervals = bootstrap.intervals(
      of: means.flatMap(\.1.resampled), level: ShiftIndex.confidence)
    var rest = intervals[...]
    return means.reduce(into: [:]) { estimates, mean in
      let own = rest.prefix(mean.1.resampled.count)
      rest = rest.dropFirst(own.count)
      estimates[mean.0] = mean.1.estimate(Array(own))
    }
  }
}

/// A mean, or its two bounds, before its intervals are made.
private struct EstimatedMean {
  /// The means whose intervals are wanted: of the value, or of the lower bound and the upper one where there is one.
  private(set) var resampled: [ResampledMean] = []
  private let isExact: Bool
  private let range: ClosedRange<Double>?

  init(_ means: SliceTotals.Means, range: ClosedRange<Double>?) {
    isExact = means.isExact
    self.range = range
    resampled = [.mean(PromptGroups.totals(means.low))]
    if !isExact && means.isBoundedAbove { resampled.append(.mean(PromptGroups.totals(means.high))) }
  }

  /// A difference is least where the first is least and the second largest.
  init(
    _ shared: SharedPrompts, _ first: SliceTotals.Means, minus second: SliceTotals.Means,
    range: ClosedRange<Double>?
  ) {
    isExact = first.isExact && second.isExact
    self.range = range
    if second.isBoundedAbove {
      resampled.append(.difference(shared.first(first.low), minus: shared.second(second.high)))
    }
    if !isExact && first.isBoundedAbove && second.isBoundedAbove {
      resampled.append(.difference(shared.first(first.high), minus: shared.second(second.low)))
    }
  }

  /// The estimate with these intervals; nil where nothing is known from below.
  func estimate(_ intervals: [Interval?]) -> Estimate? {
    let means = zip(resampled, intervals).map(mean)
    guard let low = means.first.flatMap({ $0 }) else { return nil }
    if isExact { return Estimate(.exact(low)) }
    return Estimate(.between(low: low, high: means.count > 1 ? means[1] : nil))
  }

  private func mean(_ resampled: ResampledMean, _ interval: Interval?) -> Estimate.Mean? {
    guard let value = resampled.value, value.isFinite else { return nil }
    // Prompts that all say the same, such as no shifted token at all, do not show how far others may be off.
    let shown = interval.flatMap { $0.low < $0.high ? $0.low...$0.high : nil }
    return Estimate.Mean(value, interval: range.map { shown?.clamped(to: $0) } ?? shown)
  }
}

extension ResampledMean {
  fileprivate var value: Double? {
    switch self {
    case .mean(let totals): return Statistics.mean(of: totals)
    case .difference(let first, let second):
      guard let first = Statistics.mean(of: first), let second = Statistics.mean(of: second) else {
        return nil
      }
      return first - second
    }
  }
}

/// The prompts that two slices share, numbered anew in the order of the first.
private struct SharedPrompts {
  let count: Int
  private var firstPlaces: [Int: Int] = [:]
  private var secondPlaces: [Int: Int] = [:]

  init(_ first: [TaskPrompt: Int], _ second: [TaskPrompt: Int]) {
    let shared = first.filter { second[$0.key] != nil }.sorted { $0.value < $1.value }
    count = shared.count
    for (place, prompt) in shared.enumerated() {
      firstPlaces[prompt.value] = place
      if let own = second[prompt.key] { secondPlaces[own] = place }
    }
  }

  /// The groups of the first slice's prompts that are shared.
  func first(_ totals: [ClusterTotal]) -> [ClusterTotal] { Self.groups(totals, firstPlaces) }

  /// The groups of the second slice's prompts that are shared.
  func second(_ totals: [ClusterTotal]) -> [ClusterTotal] { Self.groups(totals, secondPlaces) }

  private static func groups(_ totals: [ClusterTotal], _ places: [Int: Int]) -> [ClusterTotal] {
    PromptGroups.totals(
      totals.compactMap { total in
        places[total.cluster].map { ClusterTotal(cluster: $0, sum: total.sum, count: total.count) }
      })
  }
}

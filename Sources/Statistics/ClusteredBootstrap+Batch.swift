import Dispatch

/// A mean, or a difference of two means, whose interval is wanted.
public enum ResampledMean: Equatable, Sendable {
  /// What each cluster adds to the mean.
  case mean([ClusterTotal])
  /// What each cluster adds to the first mean, and to the one that is subtracted.
  case difference([ClusterTotal], minus: [ClusterTotal])
}

extension ClusteredBootstrap {
  /// The intervals of many means, on all cores.
  ///
  /// Every interval is the one that ``interval(ofMean:level:method:)`` or
  /// ``interval(ofDifference:minus:level:method:)`` gives, to the last bit, for any number of cores.
  ///
  /// - Parameters:
  ///   - means: The means.
  ///   - level: How often an interval is to contain the true mean, above 0 and below 1.
  ///   - method: How intervals are read off the resamples.
  /// - Returns: One for each mean, nil where fewer than two clusters count anything.
  /// - Precondition: Every cluster lies in `0 ..< clusterCount`.
  public func intervals(
    of means: [ResampledMean], level: Double = 0.95, method: Method = .studentised
  ) -> [Interval?] {
    var intervals = [Interval?](repeating: nil, count: means.count)
    intervals.withUnsafeMutableBufferPointer { buffer in
      // Each iteration writes a place of its own.
      nonisolated(unsafe) let places = buffer
      DispatchQueue.concurrentPerform(iterations: means.count) { place in
        switch means[place] {
        case .mean(let totals):
          places[place] = interval(ofMean: totals, level: level, method: method)
        case .difference(let first, let second):
          places[place] = interval(ofDifference: first, minus: second, level: level, method: method)
        }
      }
    }
    return intervals
  }
}

/// What one cluster adds to both means of a contrast.
struct PairedTotals {
  let cluster: Int
  var firstSum = 0.0
  var firstCount = 0.0
  var secondSum = 0.0
  var secondCount = 0.0

  /// Nothing yet.
  init(cluster: Int) { self.cluster = cluster }

  /// The sum over clusters.
  init(sumOf rows: [PairedTotals]) {
    self.init(cluster: 0)
    for row in rows {
      firstSum += row.firstSum
      firstCount += row.firstCount
      secondSum += row.secondSum
      secondCount += row.secondCount
    }
  }

  /// The clusters that count anything in either mean, rising.
  ///
  /// - Precondition: Every cluster lies in `0 ..< clusterCount`, and no count is negative.
  static func rows(_ contrast: ClusteredContrast, clusterCount: Int) -> [PairedTotals] {
    let (first, second) = (
      rising(contrast.first, clusterCount: clusterCount), rising(contrast.second, clusterCount: clusterCount)
    )
    var rows: [PairedTotals] = []
    rows.reserveCapacity(max(first.count, second.count))
    var (i, j) = (0, 0)
    while i < first.count || j < second.count {
      let cluster = min(
        i < first.count ? first[i].cluster : .max, j < second.count ? second[j].cluster : .max)
      var row = PairedTotals(cluster: cluster)
      while i < first.count, first[i].cluster == cluster {
        row.firstSum += first[i].sum
        row.firstCount += first[i].count
        i += 1
      }
      while j < second.count, second[j].cluster == cluster {
        row.secondSum += second[j].sum
        row.secondCount += second[j].count
        j += 1
      }
      if row.firstCount + row.secondCount > 0 { rows.append(row) }
    }
    return rows
  }

  /// By cluster; entries of one cluster keep their order.
  private static func rising(_ totals: [ClusterTotal], clusterCount: Int) -> [ClusterTotal] {
    for total in totals {
      precondition(
        total.cluster >= 0 && total.cluster < clusterCount,
        "cluster \(total.cluster) must lie in 0..<\(clusterCount)")
      precondition(total.count >= 0, "a count must not be negative, but is \(total.count)")
    }
    let isRising = zip(totals, totals.dropFirst()).allSatisfy { $0.cluster <= $1.cluster }
    if isRising { return totals }
    return totals.enumerated()
      .sorted { ($0.element.cluster, $0.offset) < ($1.element.cluster, $1.offset) }.map(\.element)
  }
}

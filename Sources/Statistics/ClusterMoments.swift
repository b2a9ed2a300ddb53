/// The sums and the sums of products from which a mean, or a difference of means, and its error follow.
///
/// Of each cluster c the row `v = (sum, count)`, or `(sum, count, sum′, count′)` for a difference. With
/// `S = Σ w v` and `Q = Σ w v vᵀ` over a resample that draws cluster c w times, the mean is `S₀/S₁` and its variance, to
/// first order, `kᵀ Q k` with the derivative `k = (1/S₁, −S₀/S₁²)` (the delta method, clustered).
struct ClusterMoments {
  /// A value and its standard error.
  struct Estimate {
    var value: Double
    var error: Double

    /// How many of its own errors the value lies above another: infinite where it has none.
    func distance(from other: Double) -> Double {
      let difference = value - other
      return difference == 0 ? 0 : difference / error
    }
  }

  /// The number of clusters that count anything: in the mean, or in the mean with fewer of them.
  let clusters: Int
  /// The number of sums and of sums of products.
  let width: Int
  let variables: Int
  /// The clusters with an entry, rising.
  private let members: [Int]
  /// For each member its row and the products of the row's entries, `width` numbers.
  private let rows: [Double]

  /// The moments of one mean.
  init(mean totals: [ClusterTotal], clusterCount: Int) {
    self.init([totals], clusterCount: clusterCount)
  }

  /// The moments of a difference of two means.
  init(difference first: [ClusterTotal], minus second: [ClusterTotal], clusterCount: Int) {
    self.init([first, second], clusterCount: clusterCount)
  }

  private init(_ means: [[ClusterTotal]], clusterCount: Int) {
    variables = 2 * means.count
    width = variables + variables * (variables + 1) / 2
    var sums = [Double](repeating: 0, count: variables * clusterCount)
    var isMember = [Bool](repeating: false, count: clusterCount)
    for (place, totals) in means.enumerated() {
      for total in totals {
        precondition(
          total.cluster >= 0 && total.cluster < clusterCount,
          "cluster \(total.cluster) must lie in 0..<\(clusterCount)")
        precondition(total.count >= 0, "a count must not be negative, but is \(total.count)")
        isMember[total.cluster] = true
        sums[total.cluster * variables + 2 * place] += total.sum
        sums[total.cluster * variables + 2 * place + 1] += total.count
      }
    }
    members = isMember.indices.filter { isMember[$0] }
    var rows: [Double] = []
    rows.reserveCapacity(members.count * width)
    var counting = Array(repeating: 0, count: means.count)
    for member in members {
      let row = sums[member * variables..<(member + 1) * variables]
      for place in means.indices where row[row.startIndex + 2 * place + 1] > 0 { counting[place] += 1 }
      rows += row
      for i in row.indices {
        for j in i..<row.endIndex { rows.append(row[i] * row[j]) }
      }
    }
    self.rows = rows
    clusters = counting.min() ?? 0
  }

  /// The estimate from every cluster once.
  var whole: Estimate? {
    var estimates: [Estimate] = []
    append(1, to: &estimates) { moment, _ in
      SIMD8(repeating: members.indices.reduce(0) { $0 + rows[$1 * width + moment] })
    }
    return estimates.first
  }

  /// Adds up a block of 64 resamples: `sums[moment · 64 + resample]`.
  ///
  /// - Parameters:
  ///   - draws: How often each cluster is drawn in each resample.
  ///   - start: Where the block begins in `draws`.
  ///   - factors: Room for 64 numbers.
  func accumulate(
    _ draws: [UInt8], at start: Int, factors: inout [Double], into sums: inout [Double]
  ) {
    let size = ClusteredBootstrap.blockSize
    sums.withUnsafeMutableBufferPointer { sums in
      factors.withUnsafeMutableBufferPointer { factors in
        sums.update(repeating: 0)
        for (place, member) in members.enumerated() {
          for i in 0..<size { factors[i] = Double(draws[start + member * size + i]) }
          for moment in 0..<width {
            let value = rows[place * width + moment]
            // A cluster that counts in one of two means leaves most products at 0.
            if value == 0 { continue }
            let base = moment * size
            for i in 0..<size { sums[base + i] += value * factors[i] }
          }
        }
      }
    }
  }
}

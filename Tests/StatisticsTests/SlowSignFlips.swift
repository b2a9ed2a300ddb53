@testable import Statistics

/// The p-value of a supposed difference, written out: all scores, all signs, one flip after the other.
struct SlowSignFlips {
  /// The size of the sum of the scores under each flip, for a supposed difference.
  private let sizes: (Double) -> [Double]
  private let isExhaustive: Bool

  /// Signs by flip: all of them with the last one kept, or those that are drawn.
  private static func signs(_ count: Int, of places: Int, flips: Int, seed: UInt64) -> [[Double]] {
    var drawn = [[Double]](repeating: [], count: flips)
    for group in 0..<(places + 7) / 8 {
      var stream = RandomStream(seed: seed, stream: UInt64(group))
      var word: UInt64 = 0
      for flip in 0..<flips {
        if flip % 8 == 0 { word = stream.next() }
        let bits = word >> UInt64(8 * (flip % 8))
        for bit in 0..<min(8, places - 8 * group) {
          drawn[flip].append(bits >> UInt64(bit) & 1 == 1 ? -1 : 1)
        }
      }
    }
    guard count <= 20, 1 << (count - 1) <= flips else { return drawn }
    let patterns = 1 << (count - 1)
    let repeats = places > count ? flips / patterns : 1
    return (0..<patterns * repeats).map { flip in
      var signs = drawn[flip % flips]
      for place in 0..<count {
        let isChanged = place < count - 1 && (flip % patterns) >> place & 1 == 1
        signs[place] = isChanged ? -1 : 1
      }
      return signs
    }
  }

  /// The difference of two means.
  init(_ contrast: ClusteredContrast, flips: Int, seed: UInt64) {
    func sum(_ totals: [ClusterTotal], _ value: KeyPath<ClusterTotal, Double>, of cluster: Int? = nil)
      -> Double
    {
      totals.filter { cluster == nil || $0.cluster == cluster }.reduce(0) { $0 + $1[keyPath: value] }
    }
    let (first, second) = (contrast.first, contrast.second)
    let clusters = Set((first + second).map(\.cluster)).sorted()
    let (n, m) = (sum(first, \.count), sum(second, \.count))
    let signs = Self.signs(clusters.count, of: clusters.count, flips: flips, seed: seed)
    isExhaustive = 1 << (min(clusters.count, 60) - 1) <= flips
    sizes = { delta in
      let mean = (sum(first, \.sum) - delta * n + sum(second, \.sum)) / (n + m)
      let scores = clusters.map { cluster in
        (sum(first, \.sum, of: cluster) - (mean + delta) * sum(first, \.count, of: cluster)) / n
          - (sum(second, \.sum, of: cluster) - mean * sum(second, \.count, of: cluster)) / m
      }
      return [abs(scores.reduce(0, +))] + signs.map { abs(zip($0, scores).reduce(0) { $0 + $1.0 * $1.1 }) }
    }
  }

  /// The mean over all clusters of differences that most of them do not have.
  init(differences: [Double], of clusters: Int, flips: Int, seed: UInt64) {
    let signs = Self.signs(differences.count, of: clusters, flips: flips, seed: seed)
    isExhaustive = 1 << (min(differences.count, 60) - 1) <= flips
    sizes = { delta in
      let scores = (0..<clusters).map { ($0 < differences.count ? differences[$0] : 0) - delta }
      return [abs(scores.reduce(0, +))] + signs.map { abs(zip($0, scores).reduce(0) { $0 + $1.0 * $1.1 }) }
    }
  }

  /// The share of flips whose sum is as large as that of the scores themselves.
  func pValue(_ delta: Double) -> Double {
    let sizes = sizes(delta)
    let reaching = sizes.dropFirst().count { $0 >= sizes[0] - 1e-12 * max(1, abs(delta)) }
    return isExhaustive
      ? Double(reaching) / Double(sizes.count - 1) : Double(reaching + 1) / Double(sizes.count)
  }
}

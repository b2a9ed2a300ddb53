import Statistics

/// The positions of a token and what each prompt adds to its mean.
struct TokenSums {
  /// The positions.
  private(set) var count = 0
  /// By prompt, each once as long as its entries come one after the other.
  private(set) var totals: [ClusterTotal] = []

  /// Adds what a prompt's responses hold.
  mutating func add(_ positions: Int, _ total: ClusterTotal) {
    count += positions
    if let last = totals.last, last.cluster == total.cluster {
      totals[totals.count - 1].sum += total.sum
      totals[totals.count - 1].count += total.count
    } else {
      totals.append(total)
    }
  }
}

/// The ranges of differences that flips reach, of which the ends at one rank are wanted.
///
/// A flip with the sums a and e reaches δ where `|a − δ e| ≥ |D − δ|`: between the ends
/// `(D − a) / (1 − e)` and `(D + a) / (1 + e)`, which lie on both sides of D.
struct FlipRanges {
  /// The flips that reach a difference of 0.
  private(set) var reaching = 0
  /// The lower end with the rank, nil where it is not finite.
  private(set) var low: Double?
  /// The upper end with the rank, counted from the largest.
  private(set) var high: Double?

  private let effect: Double
  private let threshold: Double
  private let rank: Int
  private var lows: [Double] = []
  private var highs: [Double] = []

  /// Sums this close, relative to the sizes of what they add up, are the same up to rounding.
  private static let rounding = 0x1p-40

  /// - Parameters:
  ///   - effect: The difference that was seen, D.
  ///   - size: The sum of the sizes of the scores.
  ///   - rank: Which of the lower ends is wanted, from 1 for the lowest. None if it is not above 0.
  init(effect: Double, size: Double, rank: Int) {
    self.effect = effect
    threshold = abs(effect) - size * Self.rounding
    self.rank = rank
  }

  /// Looks at every flip.
  ///
  /// The ends of the first block tell about where the wanted ones lie; of the others only those beyond are kept. In the
  /// rare case that too few are, all are looked at again.
  mutating func find(in sums: FlippedScores) {
    withUnsafeTemporaryAllocation(of: SIMD2<Double>.self, capacity: FlippedScores.blockSize) { block in
      guard let block = block.baseAddress else { return }
      let first = sums.accumulate(from: 0, into: block)
      addAll(block, first)
      guard rank > 0, first < sums.flipCount else { return }
      let cuts = cuts(first, of: sums.flipCount)
      var start = first
      if let cuts {
        lows.removeAll { $0 > cuts.low }
        highs.removeAll { $0 < cuts.high }
      }
      while start < sums.flipCount {
        let count = sums.accumulate(from: start, into: block)
        if let cuts { add(block, count, cuts) } else { addAll(block, count) }
        start += count
      }
      guard min(lows.count, highs.count) < rank, cuts != nil else { return }
      (reaching, lows, highs) = (0, [], [])
      for start in stride(from: 0, to: sums.flipCount, by: FlippedScores.blockSize) {
        addAll(block, sums.accumulate(from: start, into: block))
      }
    }
    guard rank > 0, rank <= lows.count else { return }
    let ends = (orderStatistic(rank - 1, of: &lows), orderStatistic(highs.count - rank, of: &highs))
    low = ends.0.isFinite ? ends.0 : nil
    high = ends.1.isFinite ? ends.1 : nil
  }

  /// Ends that lie with near certainty a little nearer to D than the wanted ones; nil where they are not finite.
  private func cuts(_ first: Int, of all: Int) -> (low: Double, high: Double)? {
    let expected = Double(rank) * Double(first) / Double(all)
    // Five standard deviations of the rank in a part of the flips, and a few for small ranks.
    let place = Int(expected + 5 * expected.squareRoot()) + 5
    guard place < first else { return nil }
    var (lows, highs) = (lows, highs)
    let cuts = (
      low: orderStatistic(place, of: &lows), high: orderStatistic(first - 1 - place, of: &highs)
    )
    return cuts.low.isFinite && cuts.high.isFinite ? cuts : nil
  }

  private mutating func addAll(_ block: UnsafeMutablePointer<SIMD2<Double>>, _ count: Int) {
    for i in 0..<count {
      let (a, e) = (block[i][0], block[i][1])
      if abs(a) >= threshold { reaching += 1 }
      if rank > 0 {
        let ends = ends(a, e)
        lows.append(ends.low)
        highs.append(ends.high)
      }
    }
  }

  private mutating func add(
    _ block: UnsafeMutablePointer<SIMD2<Double>>, _ count: Int, _ cuts: (low: Double, high: Double)
  ) {
    // A little less, so that rounding keeps nothing out.
    let lowReach = (effect - cuts.low) * (1 - Self.rounding)
    let highReach = (cuts.high - effect) * (1 - Self.rounding)
    var reaching = 0
    for i in 0..<count {
      let (a, e) = (block[i][0], block[i][1])
      reaching += abs(a) >= threshold ? 1 : 0
      if abs(a - cuts.low * e) >= lowReach { lows.append(ends(a, e).low) }
      if abs(a - cuts.high * e) >= highReach { highs.append(ends(a, e).high) }
    }
    self.reaching += reaching
  }

  @inline(__always)
  private func ends(_ a: Double, _ e: Double) -> (low: Double, high: Double) {
    // All signs changed, or none: every difference is reached.
    guard abs(e) < 1 - Self.rounding else { return (-.infinity, .infinity) }
    let (one, other) = ((effect - a) / (1 - e), (effect + a) / (1 + e))
    return (min(one, other, effect), max(one, other, effect))
  }
}

/// What 64 exchanges of labels move from one mean to the other.
struct ExchangeSums {
  private var sums = [SIMD4<Double>](repeating: .zero, count: 16)
  private var counts = [SIMD4<Double>](repeating: .zero, count: 16)

  /// For every pattern of four bits, 1 where a bit is set: lowest bit first.
  private static let factors: [SIMD4<Double>] = (0..<16).map { (pattern: Int) -> SIMD4<Double> in
    var factors = SIMD4<Double>.zero
    for bit in 0..<4 where pattern >> bit & 1 == 1 { factors[bit] = 1 }
    return factors
  }

  /// Nothing has moved.
  mutating func reset() {
    for place in sums.indices {
      sums[place] = .zero
      counts[place] = .zero
    }
  }

  /// Moves this much in each exchange whose bit is set.
  mutating func add(_ swaps: UInt64, sum: Double, count: Double) {
    Self.factors.withUnsafeBufferPointer { factors in
      sums.withUnsafeMutableBufferPointer { sums in
        for place in 0..<16 {
          sums[place] += factors[Int(truncatingIfNeeded: swaps &>> UInt64(4 * place) & 15)] * sum
        }
      }
      if count == 0 { return }
      counts.withUnsafeMutableBufferPointer { counts in
        for place in 0..<16 {
          counts[place] += factors[Int(truncatingIfNeeded: swaps &>> UInt64(4 * place) & 15)] * count
        }
      }
    }
  }

  /// What one exchange moves.
  subscript(exchange: Int) -> (sum: Double, count: Double) {
    (sums[exchange / 4][exchange % 4], counts[exchange / 4][exchange % 4])
  }
}

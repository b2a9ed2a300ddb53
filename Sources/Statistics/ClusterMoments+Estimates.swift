extension ClusterMoments {
  /// Below this part of the sizes that cancel in it, a variance is rounding.
  private static let negligible = 0x1p-44

  /// Appends the estimates of the first `count` resamples for which each mean has something to count.
  ///
  /// - Parameter sum: The sum of a moment in eight resamples, from the one that is given on.
  @inline(__always)
  func append(
    _ count: Int, to estimates: inout [Estimate], _ sum: (_ moment: Int, _ first: Int) -> SIMD8<Double>
  ) {
    for first in stride(from: 0, to: count, by: 8) {
      let lanes = lanes { sum($0, first) }
      for lane in 0..<min(8, count - first) where lanes.exists[lane] {
        estimates.append(Estimate(value: lanes.value[lane], error: lanes.error[lane]))
      }
    }
  }

  /// Eight estimates, and which of them there are.
  private struct Lanes {
    var value = SIMD8<Double>.zero
    var error = SIMD8<Double>.zero
    var exists = SIMDMask<SIMD8<Int64>>(repeating: true)
    var variance = SIMD8<Double>.zero
    /// The sizes of what cancels in the variance.
    var size = SIMD8<Double>.zero

    /// Adds `factor · a · b · sum` to the variance.
    @inline(__always)
    mutating func add(_ factor: Double, _ a: SIMD8<Double>, _ b: SIMD8<Double>, _ sum: SIMD8<Double>) {
      let term = factor * a * b * sum
      variance += term
      size += term.replacing(with: -term, where: term .< 0)
    }

    /// The derivatives of a mean by its sum and its count.
    @inline(__always)
    mutating func mean(
      _ sign: Double, _ sum: SIMD8<Double>, _ count: SIMD8<Double>
    ) -> (SIMD8<Double>, SIMD8<Double>) {
      exists = exists .& (count .> 0)
      let mean = sum / count
      value += sign * mean
      return (sign / count, -sign * mean / count)
    }
  }

  @inline(__always)
  private func lanes(_ sum: (Int) -> SIMD8<Double>) -> Lanes {
    var lanes = Lanes()
    switch variables {
    case 2:
      let (a, b) = lanes.mean(1, sum(0), sum(1))
      lanes.add(1, a, a, sum(2))
      lanes.add(2, a, b, sum(3))
      lanes.add(1, b, b, sum(4))
    default:
      let (a, b) = lanes.mean(1, sum(0), sum(1))
      let (c, d) = lanes.mean(-1, sum(2), sum(3))
      lanes.add(1, a, a, sum(4))
      lanes.add(2, a, b, sum(5))
      lanes.add(2, a, c, sum(6))
      lanes.add(2, a, d, sum(7))
      lanes.add(1, b, b, sum(8))
      lanes.add(2, b, c, sum(9))
      lanes.add(2, b, d, sum(10))
      lanes.add(1, c, c, sum(11))
      lanes.add(2, c, d, sum(12))
      lanes.add(1, d, d, sum(13))
    }
    let isError = lanes.variance .> lanes.size * Self.negligible
    lanes.error = SIMD8.zero.replacing(with: lanes.variance.squareRoot(), where: isError)
    return lanes
  }
}

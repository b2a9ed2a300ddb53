import CTruncation
import Foundation
import TestSupport
import Testing

/// The exponential and the logarithm of the bounds against the system's in 80 bits.
@Suite struct TruncatedFunctionsTests {
  private static let paths = [TRUNCATION_PORTABLE, TRUNCATION_AVX2, TRUNCATION_AVX512].filter(
    truncation_path_runs)

  private func exponentials(_ x: [Double], _ path: truncation_path) -> [Double] {
    var found = [Double](repeating: 0, count: 8)
    truncation_exponentials(path, x, &found)
    return found
  }

  private func logarithms(_ a: [Double], _ b: [Double], _ path: truncation_path) -> [Double] {
    var found = [Double](repeating: 0, count: 8)
    truncation_logarithms(path, a, b, &found)
    return found
  }

  @Test func `values by hand`() {
    for path in Self.paths {
      #expect(exponentials([0, .nan, 0, 0, 0, 0, 0, 0], path)[0] == 1)
      #expect(exponentials([0, .nan, 0, 0, 0, 0, 0, 0], path)[1].isNaN)
      expect(
        exponentials([1, -1, 2, 700, -700, 0.5, -0.5, 10], path),
        [
          2.718281828459045, 0.36787944117144233, 7.38905609893065, 1.0142320547350045e+304,
          9.85967654375977e-305, 1.6487212707001282, 0.6065306597126334, 22026.465794806718,
        ])
      expect(
        logarithms(
          [1, 2, 1, 0.75, 0x1p-1000, 3, 10, 1e-300], [1, 1, 2, 0.75, 0x1p1000, 1, 1, 1e-300], path),
        [
          0, 0.6931471805599453, -0.6931471805599453, 0, -1386.2943611198906, 1.0986122886681098,
          2.302585092994046, 0,
        ])
    }
  }

  /// Zeros are exact, others within a unit of the last place.
  private func expect(_ found: [Double], _ values: [Double]) {
    for (found, value) in zip(found, values) {
      #expect(found == value || value != 0 && (found - value).magnitude <= value.ulp, "\(found) \(value)")
    }
  }

  #if arch(x86_64)
  /// The distance in units of the last place of the truth.
  private func units(_ found: Double, _ truth: Float80) -> Double {
    Double((Float80(found) - truth).magnitude) / Double(truth).ulp
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `the exponential is within 1.1 units of the last place`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for path in Self.paths {
      for range in [-700...700, -30...0, -1e-3...1e-3] as [ClosedRange<Double>] {
        for _ in 0..<50 {
          let x = (0..<8).map { _ in Double.random(in: range, using: &generator) }
          for (x, found) in zip(x, exponentials(x, path)) {
            #expect(units(found, exp(Float80(x))) <= 1.1, "exp(\(x))")
          }
        }
      }
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `the logarithm of a quotient is within 2.5 units of the last place`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for path in Self.paths {
      for distance in [0x1p-50, 0x1p-30, 1e-3, 0.2, 3, 600] {
        for _ in 0..<50 {
          let b = (0..<8).map { _ in exp(Double.random(in: -30...0, using: &generator)) }
          let a = b.map { $0 * exp(Double.random(in: -distance...distance, using: &generator)) }
          for ((a, b), found) in zip(zip(a, b), logarithms(a, b, path)) {
            let (wide, other) = (Float80(a), Float80(b))
            // Near 1 the quotient has too few digits, even of 64 bits.
            let isNear = (0.5...2).contains(a / b)
            let truth = isNear ? log1p((wide - other) / other) : log(wide / other)
            #expect(truth == 0 ? found == 0 : units(found, truth) <= 2.5, "ln(\(a) / \(b))")
          }
        }
      }
    }
  }
  #endif
}

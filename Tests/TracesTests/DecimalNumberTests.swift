import TestSupport
import Testing

@testable import Traces

@Suite struct DecimalNumberTests {
  @Test(arguments: [
    (0, -6, 0.0), (173306, -5, 1.73306), (1, -27, 1e-27), (9_007_199_254_740_993, 0, 9_007_199_254_740_992.0),
    (9_007_199_254_740_993, 1, 90_071_992_547_409_930.0), (UInt64.max, 0, 18_446_744_073_709_551_615.0),
    (UInt64.max, 27, 1.8446744073709551615e46), (31_710_001_826_286_316, -17, 0.31710001826286316),
    (5, -1, 0.5), (1, 22, 1e22), (1, 23, 1e23),
  ])
  func `known numbers are correctly rounded`(mantissa: UInt64, exponent: Int, expected: Double) {
    #expect(DecimalNumber.nearest(mantissa: mantissa, exponent: exponent) == expected)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `any mantissa and exponent give what the standard library gives`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<200 {
      // Fewer bits make ties between two doubles likely.
      let mantissa = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
      let exponent = Int.random(in: -27...27, using: &generator)
      let expected = try #require(Double("\(mantissa)e\(exponent)"))
      #expect(
        DecimalNumber.nearest(mantissa: mantissa, exponent: exponent) == expected, "\(mantissa)e\(exponent)")
    }
  }

  @Test func `halfway cases go to the even neighbour`() throws {
    for power in 0..<10 as Range<UInt64> {
      let halfway = (1 << 53) * 2 + 1 + 2 * power
      let expected = try #require(Double("\(halfway)"))
      #expect(DecimalNumber.nearest(mantissa: halfway, exponent: 0) == expected)
    }
  }

  @Test func `exponents out of reach are left to the caller`() {
    #expect(DecimalNumber.nearest(mantissa: 1, exponent: 28) == nil)
    #expect(DecimalNumber.nearest(mantissa: 1, exponent: -28) == nil)
    #expect(DecimalNumber.nearest(mantissa: 1, exponent: Int.min) == nil)
  }
}

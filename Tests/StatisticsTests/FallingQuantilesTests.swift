import Statistics
import TestSupport
import Testing

@Suite struct FallingQuantilesTests {
  private static let fractions = [0, 0.25, 0.5, 0.9, 0.99, 0.999, 1]

  private func quantiles(_ values: [Double]) -> [Double] {
    var falling = FallingQuantiles(count: values.count, fractions: Self.fractions)
    for value in values.sorted(by: >) { falling.add(value) }
    return falling.quantiles
  }

  @Test(arguments: 1..<60 as Range<UInt64>)
  func `they are those of all values at once, to the bit`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let values = (0..<Int(seed)).map { _ in
      Int.random(in: 0..<9, using: &generator) == 0 ? .infinity : Double.random(in: 0..<4, using: &generator)
    }
    let sorted = values.sorted()
    #expect(quantiles(values) == Self.fractions.compactMap { quantile($0, ofSorted: sorted) }, "seed \(seed)")
  }

  @Test func `no values have none`() {
    #expect(quantiles([]) == [])
  }
}

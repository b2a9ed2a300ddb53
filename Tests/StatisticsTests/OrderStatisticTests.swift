import TestSupport
import Testing

@testable import Statistics

/// Selection without sorting.
@Suite struct OrderStatisticTests {
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `a selected value stands where sorting would put it`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 1...60, using: &generator)
    var values = (0..<count).map { _ in Double(Int.random(in: -9...9, using: &generator)) }
    if seed % 3 == 0 { values[0] = .infinity }
    if seed % 5 == 0 { values.sort() }
    let sorted = values.sorted()
    for place in 0..<count { #expect(orderStatistic(place, of: &values) == sorted[place]) }
    #expect(values.sorted() == sorted)
  }
}

import TestSupport
import Testing

@testable import ShiftStore

/// The largest in one pass are the first of all in order.
@Suite struct LargestPositionsTests {
  private static func order(_ entries: [LargestPositions.Entry]) -> [[Int]] {
    entries.map { [Int($0.size), $0.measurementID, $0.position] }
  }

  @Test func `of equal sizes the earlier ones are kept`() {
    var largest = LargestPositions(limit: 3)
    for (position, size) in [1.0, 2, 1, 2, 1].enumerated() {
      largest.offer(LargestPositions.Entry(size: size, value: size, measurementID: 7, position: position))
    }
    let sorted = largest.sorted
    #expect(Self.order(sorted) == [[2, 7, 1], [2, 7, 3], [1, 7, 0]])
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `they are those of a sort`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let entries = (0..<Int.random(in: 0...300, using: &generator)).map { position in
      let size = Double(Int.random(in: 0...20, using: &generator))
      return LargestPositions.Entry(
        size: size, value: -size, measurementID: position / 10, position: position % 10)
    }
    let limit = Int.random(in: 1...40, using: &generator)
    var largest = LargestPositions(limit: limit)
    for entry in entries { largest.offer(entry) }
    // Swift's sort is stable, so that equal sizes stay in the order in which they came.
    let expected = entries.sorted { $0.size > $1.size }.prefix(limit)
    let sorted = largest.sorted
    #expect(Self.order(sorted) == Self.order(Array(expected)))
  }
}

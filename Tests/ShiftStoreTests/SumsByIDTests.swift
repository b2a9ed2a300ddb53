import TestSupport
import Testing

@testable import ShiftStore

@Suite struct SumsByIDTests {
  @Test func `rows of one id that follow each other are joined`() {
    var sums = SumsByID<Int>(adding: +=)
    for (id, value) in [(2, 1), (5, 10), (5, 20), (9, 3)] { sums.append(value, to: id) }
    let rising = sums.rising()
    #expect(rising.map(\.id) == [2, 5, 9])
    #expect(rising.map(\.sums) == [1, 30, 3])
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `rows in any order are added up in the order in which they came`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var sums = SumsByID<[Int]>(adding: +=)
    var twin: [Int: [Int]] = [:]
    for place in 0..<500 {
      let id = Int.random(in: 0..<40, using: &generator)
      sums.append([place], to: id)
      twin[id, default: []].append(place)
    }
    let rising = sums.rising()
    #expect(rising.map(\.id) == twin.keys.sorted())
    #expect(rising.allSatisfy { twin[$0.id] == $0.sums })
  }
}

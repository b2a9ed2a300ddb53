import TestSupport
import Testing

@testable import Tokenization

@Suite struct PerfectPlacesTests {
  /// How many places there are, and where the keys are.
  private func places(of hashes: [Int]) -> (count: Int, places: [Int])? {
    guard let finder = PerfectPlaces(of: hashes)?.finder else { return nil }
    defer { finder.seeds.deallocate() }
    return (finder.count, hashes.map { finder.place(of: $0) })
  }

  private func hashes(_ count: Int, seed: UInt64? = nil) -> [Int] {
    var generator = SplitMix64(seed: seed ?? UInt64(count))
    return (0..<count).map { _ in Int(truncatingIfNeeded: generator.next()) }
  }

  @Test(arguments: [0, 1, 2, 3, 10, 1000, 20_000])
  func `every key has a place of its own`(count: Int) throws {
    let found = try #require(places(of: hashes(count)))
    #expect(Set(found.places).count == count)
    #expect(found.places.allSatisfy { (0..<found.count).contains($0) })
    #expect(found.count <= count * 4 / 3 + 1)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `as many keys as a vocabulary has short tokens find places, whatever they are`(seed: UInt64) {
    #expect(places(of: hashes(100_000, seed: seed)) != nil)
  }

  @Test func `the first keys lie together`() throws {
    let count = 20_000
    let found = try #require(places(of: hashes(count)))
    let together = found.places.prefix(count / 8).count { $0 < found.count / 8 }
    // Five of six are; by chance it would be one of eight.
    #expect(together > count / 8 * 3 / 4)
  }

  @Test func `keys that share a hash have no places`() {
    #expect(places(of: hashes(500) + [7, 7]) == nil)
    #expect(places(of: Array(repeating: 5, count: 1000)) == nil)
  }
}

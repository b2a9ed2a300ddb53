import TestSupport
import Testing

@testable import ShiftStore

@Suite struct SortedRunsTests {
  private struct Entry: KeyedRecord, Equatable {
    var key: UInt64
    var place: Int
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// All records that a merge hands over.
  private func all(_ runs: inout SortedRuns<Entry>) throws -> [Entry] {
    var merge = try runs.merge()
    var found: [Entry] = []
    while let entry = try merge.next() { found.append(entry) }
    #expect(try merge.next() == nil)
    return found
  }

  // With 7 a run there are more runs than records of a page; with 1000 there is none in a file.
  @Test(arguments: [1, 7, 400, 1000], 0..<3 as Range<UInt64>)
  func `records come by key, those of one key as they came, whatever fits into a run`(
    limit: Int, seed: UInt64
  ) throws {
    var generator = SplitMix64(seed: seed)
    let most: UInt64 = seed == 0 ? 20 : .max
    let entries = (0..<999).map { Entry(key: .random(in: 0...most, using: &generator), place: $0) }
    var runs = SortedRuns<Entry>(beside: folder.file("x.sqlite"), limit: limit)
    for entry in entries { try runs.append(entry) }
    #expect(runs.count == 999)
    let twin = entries.sorted { ($0.key, $0.place) < ($1.key, $1.place) }
    #expect(try all(&runs) == twin)
    #expect(try all(&runs) == twin, "a second time")
  }

  /// Keys of which the upper halves are said to be enough.
  private struct RealEntry: KeyedRecord, Equatable {
    var key: UInt64
    var place: Int
    static var differsInUpperHalf: Bool { true }
  }

  /// What only their lower halves tell apart takes another way: a few as neighbours, many by all bytes.
  @Test(arguments: [1, 3, 900] as [UInt64], [false, true])
  func `keys that differ in their lower halves alone are in order too`(alike: UInt64, isMixed: Bool) throws {
    var generator = SplitMix64(seed: alike)
    var keys = (0..<1000 as Range<UInt64>).map { ($0 / alike) << 33 | 999 - $0 }
    keys += keys
    if isMixed { keys.shuffle(using: &generator) }
    let entries = keys.enumerated().map { RealEntry(key: $1, place: $0) }
    var sorted = entries
    sorted.sortByKey()
    let twin = entries.sorted { ($0.key, $0.place) < ($1.key, $1.place) }
    #expect(sorted == twin)
    var others = entries.map { Entry(key: $0.key, place: $0.place) }
    others.sortByKey()
    #expect(others == twin.map { Entry(key: $0.key, place: $0.place) })
  }

  @Test func `no records come of none`() throws {
    var runs = SortedRuns<Entry>(beside: folder.file("x.sqlite"))
    #expect(try all(&runs) == [])
  }

  @Test func `a folder that cannot be written is told`() throws {
    var runs = SortedRuns<Entry>(beside: folder.file("missing/x.sqlite"), limit: 1)
    #expect(
      throws: StoreError(
        file: folder.file("missing/x.sqlite"), .unwritable(reason: "No such file or directory"))
    ) {
      try runs.append(Entry(key: 1, place: 1))
    }
  }

  @Test func `keys order as doubles do`() {
    let rising = [-.infinity, -2, -0x1p-1074, 0, 0x1p-1074, 1e-300, 1, 1.5, 2, 1e300, .infinity]
    #expect(rising.map(\.risingKey) == rising.map(\.risingKey).sorted())
    #expect(Set(rising.map(\.risingKey)).count == rising.count)
    #expect((-0.0).risingKey == 0.0.risingKey)
    #expect(rising.map(\.fallingKey) == rising.map(\.fallingKey).sorted(by: >))
  }
}

import CTokenScan
import TestSupport
import Testing

@testable import Tokenization

@Suite struct PieceCacheTests {
  /// A small cache beside a dictionary that forgets when the cache does.
  @Test(arguments: [4, 6, 12])
  func `a piece is found as long as it is remembered, and no other`(bits: Int) {
    var generator = SplitMix64(seed: UInt64(bits))
    let cache = PieceCache(bits: bits)
    var expected: [[UInt8]: [Int32]] = [:]
    var generation = cache.generation
    for _ in 0..<20_000 {
      let length = Int.random(in: 1...18, using: &generator)
      let piece = (0..<length).map { _ in UInt8.random(in: 0..<3, using: &generator) }
      let tokens = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        TokenID(Int32.random(in: 0..<1000, using: &generator))
      }
      piece.withUnsafeBufferPointer { bytes in
        let (low, high) = length < 16 ? PieceCache.shortKey(bytes) : PieceCache.longKey(bytes)
        let found = cache.entry(of: low, high, hash: PieceCache.hash(low, high))
        #expect((found.high == 0 ? nil : ids(of: found, in: cache)) == expected[piece])
        guard found.high == 0 else { return }
        tokens.withUnsafeBufferPointer { _ = cache.insert(bytes, low, high, $0) }
        if cache.generation != generation { expected = [:] }
        generation = cache.generation
        expected[piece] = tokens.map(\.rawValue)
      }
    }
    #expect(bits == 12 || generation > 0)
  }

  /// Keys that have a line and what a place says of the hash in common, twenty bits, beside each other.
  @Test func `pieces that look alike in the table are told apart`() {
    let cache = PieceCache(bits: 12)
    let keys = (0..<200_000 as Range<UInt64>).map { (low: $0, high: UInt64(8) << 56) }
    let alike = Dictionary(grouping: keys) { key in
      let hash = tokenscan_hash(key.low, key.high)
      return UInt64(tokenscan_first_line(hash, 255)) << 32 | UInt64(tokenscan_tag(hash))
    }
    let groups = alike.values.filter { $0.count > 1 }.prefix(100)
    #expect(groups.count == 100)
    for group in groups {
      for key in group.dropLast() { _ = cache.insert(key.low, key.high, (Int32(key.low), 0, 0), count: 1) }
    }
    for group in groups {
      let found = group.map { cache.entry(of: $0.low, $0.high, hash: PieceCache.hash($0.low, $0.high)) }
      #expect(found.dropLast().map(\.first) == group.dropLast().map { UInt32($0.low) })
      #expect(found.last?.high == 0)
    }
  }

  /// Many pieces at once, against one after the other: in caches of every size, from empty to full.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func `pieces of a text are recalled as each alone is`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let cache = PieceCache(bits: 4 + Int(seed % 6))
    let text = (0..<400).map { _ in UInt8.random(in: 97...98, using: &generator) }
    AlignedText(text, offset: 0).withScanText { text in
      let pieces = (0..<200).map { _ in
        let start = Int.random(in: 0..<380, using: &generator)
        let end = start + Int.random(in: 1...20, using: &generator)
        return PendingPiece(start, end, isPart: Bool.random(using: &generator), in: text)
      }
      for piece in pieces where Bool.random(using: &generator) {
        guard cache.entry(of: piece.low, piece.high, hash: piece.hash).high == 0 else { continue }
        let tokens = (0..<Int.random(in: 1...5, using: &generator)).map { TokenID(Int32($0)) }
        tokens.withUnsafeBufferPointer {
          _ = cache.insert(text.bytes(piece.start..<piece.end), piece.low, piece.high, $0)
        }
      }
      let unknown = pieces.indices.filter { _ in Bool.random(using: &generator) }
      var entries = [PieceCache.Entry](repeating: PieceCache.Entry(), count: unknown.count)
      let remembered = cache.remembered
      var places = unknown.map {
        Int32(tokenscan_first_line(UInt64(truncatingIfNeeded: pieces[$0].hash), remembered.mask))
      }
      let numbers = unknown.map { Int32($0) }
      tokenscan_locate(pieces, numbers, unknown.count, remembered, &places)
      let new = tokenscan_recall(pieces, numbers, unknown.count, remembered, &entries, &places)
      let expected = unknown.map {
        cache.entry(of: pieces[$0].low, pieces[$0].high, hash: pieces[$0].hash)
      }
      for (entry, expected) in zip(entries, expected) {
        #expect(entry.low == expected.low && entry.high == expected.high && entry.count == expected.count)
        #expect(ids(of: entry, in: cache) == ids(of: expected, in: cache))
      }
      #expect(places.prefix(new).map { Int($0) } == expected.indices.filter { expected[$0].high == 0 })
    }
  }

  private func ids(of entry: PieceCache.Entry, in cache: PieceCache) -> [Int32] {
    guard entry.holdsIDs else {
      return Array(UnsafeBufferPointer(start: cache.ids + Int(entry.first), count: Int(entry.count)))
    }
    return [entry.first, entry.second, entry.third].prefix(Int(entry.count)).map { Int32(bitPattern: $0) }
  }
}

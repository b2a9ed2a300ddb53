import TestSupport
import Testing

@testable import Tokenization

@Suite struct PieceCacheTests {
  /// A small cache beside a dictionary that forgets when the cache does.
  @Test(arguments: [3, 6, 12])
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
        let found = cache.reader.entry(of: low, high, hash: PieceCache.hash(low, high))
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

  private func ids(of entry: PieceCache.Entry, in cache: PieceCache) -> [Int32] {
    guard entry.holdsIDs else {
      return Array(UnsafeBufferPointer(start: cache.ids + Int(entry.first), count: Int(entry.count)))
    }
    return [entry.first, entry.second, entry.third].prefix(Int(entry.count)).map { Int32(bitPattern: $0) }
  }
}

import Measures
import Testing

@testable import Analysis

@Suite struct TreeHashTests {
  private static let blockSize = TreeHash.blockSize

  /// The input of the published test vectors.
  private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }

  private func digest(_ text: [UInt8], _ instructions: InstructionSet) -> [UInt8] {
    var hash = TreeHash(instructions)
    text.withUnsafeBytes { text in
      for start in stride(from: 0, to: text.count, by: Self.blockSize) {
        hash.add(UnsafeRawBufferPointer(rebasing: text[start..<min(start + Self.blockSize, text.count)]))
      }
    }
    return hash.digest()
  }

  @Test(arguments: InstructionSet.available)
  func `published digests come out`(_ instructions: InstructionSet) {
    // test_vectors.json of BLAKE3-team/BLAKE3.
    let published: [(Int, String)] = [
      (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
      (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
      (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
      (1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
      (31_744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"),
      (102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
    ]
    for (count, hex) in published {
      let found = digest(text(count), instructions).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
      #expect(found == hex, "\(count) bytes")
    }
  }

  @Test(arguments: [0, 1, 2, 3, 5, 8, 9, 15, 16, 17, 33, 100, 255, 257, 513])
  func `chunks at once agree with chunk by chunk`(chunks: Int) {
    for count in [0, 1, 700].map({ 1024 * chunks + $0 }) {
      let text = text(count)
      let expected = SlowTreeHash.digest(text[...])
      for instructions in InstructionSet.available {
        #expect(digest(text, instructions) == expected, "\(count) bytes, \(instructions)")
      }
    }
  }
}

/// BLAKE3 word by word and chunk by chunk, as its paper describes it.
private enum SlowTreeHash {
  private static let initial: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  private static let permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
  private static let (chunkStart, chunkEnd, parent, root): (UInt32, UInt32, UInt32, UInt32) = (1, 2, 4, 8)

  static func digest(_ text: ArraySlice<UInt8>) -> [UInt8] {
    value(of: text, firstChunk: 0, root).flatMap { word in (0..<4).map { UInt8(word >> (8 * $0) & 255) } }
  }

  private static func value(of text: ArraySlice<UInt8>, firstChunk: Int, _ flags: UInt32) -> [UInt32] {
    guard text.count > 1024 else { return chunk(text, number: firstChunk, flags) }
    // The left side is the largest full tree that leaves something for the right one.
    var left = 1
    while left * 2 * 1024 < text.count { left *= 2 }
    let below =
      value(of: text.prefix(left * 1024), firstChunk: firstChunk, 0)
      + value(of: text.dropFirst(left * 1024), firstChunk: firstChunk + left, 0)
    return compressed(initial, below, number: 0, length: 64, parent | flags)
  }

  private static func chunk(_ text: ArraySlice<UInt8>, number: Int, _ flags: UInt32) -> [UInt32] {
    let blocks = max(1, (text.count + 63) / 64)
    var value = initial
    for block in 0..<blocks {
      let bytes = Array(text.dropFirst(64 * block).prefix(64))
      let padded = bytes + Array(repeating: 0, count: 64 - bytes.count)
      let words = (0..<16).map { word in
        (0..<4).reduce(UInt32(0)) { $0 | UInt32(padded[4 * word + $1]) << UInt32(8 * $1) }
      }
      let ends = (block == 0 ? chunkStart : 0) | (block == blocks - 1 ? chunkEnd | flags : 0)
      value = compressed(value, words, number: number, length: bytes.count, ends)
    }
    return value
  }

  private static func compressed(
    _ value: [UInt32], _ words: [UInt32], number: Int, length: Int, _ flags: UInt32
  ) -> [UInt32] {
    var state = value + initial[..<4]
    state += [UInt32(truncatingIfNeeded: number), UInt32(number >> 32), UInt32(length), flags]
    var words = words
    for _ in 0..<7 {
      for (column, place) in [(0, 0), (1, 2), (2, 4), (3, 6)] {
        mix(&state, column, 4 + column, 8 + column, 12 + column, words[place], words[place + 1])
      }
      for (column, place) in [(0, 8), (1, 10), (2, 12), (3, 14)] {
        mix(
          &state, column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4, words[place],
          words[place + 1])
      }
      words = permutation.map { words[$0] }
    }
    return (0..<8).map { state[$0] ^ state[$0 + 8] }
  }

  private static func mix(
    _ state: inout [UInt32], _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt32, _ y: UInt32
  ) {
    func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }
    for (word, first, second) in [(x, UInt32(16), UInt32(12)), (y, 8, 7)] {
      state[a] = state[a] &+ state[b] &+ word
      state[d] = rotated(state[d] ^ state[a], first)
      state[c] = state[c] &+ state[d]
      state[b] = rotated(state[b] ^ state[c], second)
    }
  }
}

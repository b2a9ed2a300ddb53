import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite struct ChunkTests {
  /// Lines of letters, digits, spaces, signs and newlines, as they fall.
  private func text(seed: UInt64, count: Int) -> [UInt8] {
    let parts = [
      "a", "Bc", "1", "23", " ", "  ", "\n", "\n", "\r\n", "/", "!", "'s", "é", "世", "e\u{301}", "\u{2028}",
      "<|im_end|>", "\t",
    ]
    var generator = SplitMix64(seed: seed)
    return (0..<count).flatMap { _ in Array((parts.randomElement(using: &generator) ?? "").utf8) }
  }

  @Test(arguments: SplitPattern.Name.allCases, 0..<10 as Range<UInt64>)
  func `a text encoded in parts has the ids of the whole`(name: SplitPattern.Name, seed: UInt64) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.path("small.tiktoken"), pattern: name)
    #expect(tokenizer.allowsChunks)
    let bytes = text(seed: seed, count: 3000)
    let ranges = tokenizer.chunks(of: bytes, atLeast: 40)
    #expect(ranges.count > 10)
    #expect(ranges.flatMap { tokenizer.encode(bytes[$0]) } == tokenizer.encode(bytes))
  }

  @Test(arguments: [1, 2, 3, 8])
  func `threads change nothing`(threads: Int) async throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    let bytes = text(seed: 7, count: 200_000)
    let whole = tokenizer.encode(bytes)
    #expect(await tokenizer.encode(bytes, threads: threads) == whole)
  }

  @Test(arguments: [1, 7, 64, 4096])
  func `a file read in any portions has the ids of the whole`(portion: Int) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    let bytes = text(seed: 3, count: 2000)
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var ids: [TokenID] = []
    for threads in [1, 3] {
      ids = []
      try tokenizer.encode(contentsOf: path, threads: threads, chunkSize: portion, transform: { $0 }) {
        ids += $0
      }
      #expect(ids == tokenizer.encode(bytes))
    }
  }

  @Test func `an encoder that has met other texts gives the same ids`() throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    let encoder = TokenEncoder(tokenizer)
    for seed in 0..<20 as Range<UInt64> {
      let bytes = text(seed: seed, count: 500)
      #expect(encoder.encode(bytes) == tokenizer.encode(bytes))
    }
  }
}

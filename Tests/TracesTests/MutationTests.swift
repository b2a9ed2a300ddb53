import TestSupport
import Testing

@testable import Traces

/// Files that a copy cut short or a disk corrupted: refused or read, never a crash.
@Suite struct MutationTests {
  static let wholeFiles = [
    "whole.safetensors", "whole.kld", "whole.jsonl", "whole.npz", "packed.npz", "packed.jsonl.gz",
    "packed.jsonl.zst",
  ]

  /// Reads everything that a file of these bytes holds, pairs it with itself and looks at it; true where that works.
  private func reads(_ bytes: [UInt8]) -> Bool {
    let storage = ByteStorage(copying: bytes)
    do throws(TraceError) {
      let file = try TraceFile(storage, path: "mutated", tensor: nil)
      for index in file.entries.indices {
        let trace = try file.trace(at: index)
        _ = try TracePair(reference: trace, tuned: trace)
      }
      _ = file.facts()
      return true
    } catch {
      _ = error.description
      return false
    }
  }

  @Test(arguments: wholeFiles)
  func `a file cut after any byte is refused, but for whole lines`(name: String) throws {
    let bytes = try TestFiles.bytes(TestFiles.broken(name))
    #expect(reads(bytes))
    let newline = UInt8(ascii: "\n")
    for length in 0..<bytes.count {
      // A line without its end is still a line.
      let wholeLines =
        name == "whole.jsonl" && length > 0 && (bytes[length - 1] == newline || bytes[length] == newline)
      #expect(reads(Array(bytes.prefix(length))) == wholeLines, "\(length)")
    }
  }

  @Test(arguments: wholeFiles, 0..<40 as Range<UInt64>)
  func `changed bytes never crash`(name: String, seed: UInt64) throws {
    let bytes = try TestFiles.bytes(TestFiles.broken(name))
    var generator = SplitMix64(seed: seed)
    var read = 0
    for _ in 0..<100 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&mutated, &generator) }
      if reads(mutated) { read += 1 }
    }
    #expect(read < 100)
  }

  @Test(
    arguments: [
      RecordFileTests.engine, RecordFileTests.scored, ServerRecordsTests.sglang,
    ], 0..<20 as Range<UInt64>)
  func `changed records never crash`(text: String, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    #expect(reads(Array(text.utf8)))
    for _ in 0..<100 {
      var mutated = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&mutated, &generator) }
      _ = reads(mutated)
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    case 3: bytes.remove(at: place)
    default:
      let other = Int.random(in: 0..<bytes.count, using: &generator)
      bytes.insert(contentsOf: bytes[min(place, other)..<max(place, other)], at: place)
    }
  }
}

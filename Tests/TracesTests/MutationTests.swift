import Foundation
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
  static func reads(_ bytes: [UInt8]) -> Bool {
    let storage = ByteStorage(copying: bytes)
    do throws(TraceError) {
      let file = try TraceFile(storage, path: "mutated", tensor: nil, lookup: TextVocabulary.lookup)
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
    #expect(Self.reads(bytes))
    let newline = UInt8(ascii: "\n")
    for length in 0..<bytes.count {
      // A line without its end is still a line.
      let wholeLines =
        name == "whole.jsonl" && length > 0 && (bytes[length - 1] == newline || bytes[length] == newline)
      #expect(Self.reads(Array(bytes.prefix(length))) == wholeLines, "\(length)")
    }
  }

  @Test(arguments: wholeFiles, 0..<40 as Range<UInt64>)
  func `changed bytes never crash`(name: String, seed: UInt64) throws {
    let bytes = try TestFiles.bytes(TestFiles.broken(name))
    var generator = SplitMix64(seed: seed)
    var read = 0
    for _ in 0..<100 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&mutated, &generator) }
      if Self.reads(mutated) { read += 1 }
    }
    #expect(read < 100)
  }

  /// One record of every shape.
  static let records: [String] = [
    RecordFileTests.engine, RecordFileTests.scored, ServerRecordsTests.sglang, ChatRecordsTests.chat,
    ChatRecordsTests.completion, StreamRecordsTests.chunks.map { "data: \($0)\n\n" }.joined(),
    StreamRecordsTests.chunks.joined(separator: "\n"), EmittedOnlyRecordsTests.losses,
    EmittedOnlyRecordsTests.export, EmittedOnlyRecordsTests.episode, FlatRecordsTests.sglang,
    FlatRecordsTests.packed, FlatRecordsTests.flat, FlatRecordsTests.textGeneration,
  ]

  @Test(arguments: records.indices, 0..<10 as Range<UInt64>)
  func `changed records never crash`(record: Int, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<50 {
      var mutated = Array(Self.records[record].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&mutated, &generator) }
      _ = Self.reads(mutated)
    }
  }

  @Test(arguments: records.indices)
  func `a record cut after any byte is refused, but for whole chunks`(record: Int) {
    let bytes = Array(Self.records[record].utf8)
    for length in 0..<bytes.count {
      // A stream may end after any of its chunks, and with the name of a field that has no value.
      let lastLine = bytes[..<length].split(separator: UInt8(ascii: "\n")).last ?? []
      let wholeChunks =
        bytes[length] == UInt8(ascii: "\n") || bytes[..<length].last == UInt8(ascii: "\n")
        || "data: ".utf8.starts(with: lastLine)
      if Self.reads(Array(bytes.prefix(length))) { #expect(wholeChunks, "\(length)") }
    }
  }

  /// Runs only where `TOKENSHIFT_FUZZ` is `FIRST:COUNT`, a part of the seeds: a long run is cut into such parts.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["TOKENSHIFT_FUZZ"] != nil))
  func `a long run of mutations never crashes`() throws {
    let range = ProcessInfo.processInfo.environment["TOKENSHIFT_FUZZ"] ?? ""
    let numbers = range.split(separator: ":").compactMap { UInt64($0) }
    let first = try #require(numbers.first), count = try #require(numbers.last)
    var texts = Self.records.map { Array($0.utf8) }
    texts += try Self.wholeFiles.map { try TestFiles.bytes(TestFiles.broken($0)) }
    var read = 0
    for seed in first..<first + count {
      var generator = SplitMix64(seed: seed)
      var mutated = texts[Int(seed % UInt64(texts.count))]
      for _ in 0..<Int.random(in: 1...6, using: &generator) { Self.mutate(&mutated, &generator) }
      if Self.reads(mutated) { read += 1 }
    }
    print("fuzz: \(count) mutations from seed \(first), \(read) of them could still be read")
  }

  static func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    case 3: bytes.remove(at: place)
    case 4:
      // A number becomes one that no length, index or id can be.
      guard let digit = bytes[place...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
      let numbers = ["-1", "9223372036854775807", "4294967296", "1e300", "0.5", "null", "NaN", "[]", "\"x\""]
      bytes.replaceSubrange(
        digit...digit, with: Array((numbers.randomElement(using: &generator) ?? "").utf8))
    default:
      let other = Int.random(in: 0..<bytes.count, using: &generator)
      bytes.insert(contentsOf: bytes[min(place, other)..<max(place, other)], at: place)
    }
  }
}

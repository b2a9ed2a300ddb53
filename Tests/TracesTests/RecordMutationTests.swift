import Foundation
import Testing

@testable import Traces

/// Records that a copy cut short or a disk corrupted: refused or read, never a crash.
@Suite struct RecordMutationTests {
  /// One record of every shape.
  static let records: [String] = [
    RecordFileTests.engine, RecordFileTests.scored, ServerRecordsTests.sglang, ChatRecordsTests.chat,
    ChatRecordsTests.completion, StreamRecordsTests.chunks.map { "data: \($0)\n\n" }.joined(),
    StreamRecordsTests.chunks.joined(separator: "\n"), EmittedOnlyRecordsTests.losses,
    EmittedOnlyRecordsTests.export, EmittedOnlyRecordsTests.episode, FlatRecordsTests.sglang,
    FlatRecordsTests.packed, FlatRecordsTests.flat, FlatRecordsTests.textGeneration,
    #"{"input_ids":[4,6,8],"token_ids":[[5,6],[8,7]],"top_values":[[-0.5,-1.5],[-0.25,-2.0]],"attention_mask":[1,1,2]}"#,
  ]

  @Test(arguments: records.indices, 0..<10 as Range<UInt64>)
  func `changed records never crash`(record: Int, seed: UInt64) {
    var mutator = Mutator(seed: seed)
    let bytes = Array(Self.records[record].utf8)
    // The losses hold answers that failed, each of which is refused.
    #expect(reads(bytes) || Self.records[record] == EmittedOnlyRecordsTests.losses)
    for _ in 0..<50 { _ = reads(mutator.mutated(bytes)) }
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
      if reads(Array(bytes.prefix(length))) { #expect(wholeChunks, "\(length)") }
    }
  }
}

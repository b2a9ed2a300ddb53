import Foundation
import Testing
import Tokenization

@testable import Traces

@Suite struct TraceFileTests {
  @Test func `several threads read different sequences of one file`() async throws {
    let lines = (0..<200).map { number in
      #"{"trace_id":"s\#(number)","prompt_token_ids":[1],"choices":[{"logprobs":{"content":[{"token_id":\#(number),"logprob":-0.5,"rank":1,"top_logprobs":[]}]}}]}"#
    }
    let file = try opened(Array(lines.joined(separator: "\n").utf8))
    let read = try await withThrowingTaskGroup(of: (Int, Trace).self) { group in
      for index in file.entries.indices { group.addTask { (index, try file.trace(at: index)) } }
      return try await group.reduce(into: [Int: Trace]()) { $0[$1.0] = $1.1 }
    }
    #expect(read.count == 200)
    for (index, trace) in read {
      #expect(trace.tokens == [TokenID(1), TokenID(Int32(index))])
      #expect(trace.id == "s\(index)" && trace.line == index + 1)
    }
  }

  @Test func `a name has no say in what a file is`() throws {
    let bytes = try TestFiles.bytes(TestFiles.broken("whole.kld"))
    #expect(try opened(bytes).format == .llamaLogits)
  }

  /// The length of a header is the first number of a safetensors file. 640 begins like a pickle, 35,615 like gzip.
  @Test(arguments: [640, 896, 1152, 1408, 35_615, 65_279])
  func `a safetensors header of any length is no pickle and no archive`(length: Int) throws {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [4], SafetensorsFileTests.tokens)
    builder.add("logits", "F32", [3, 4], SafetensorsFileTests.scores)
    #expect(try opened(builder.bytes(headerSize: length)).format == .safetensors)
  }

  @Test func `an unknown id is refused`() throws {
    let file = try opened(Array(RecordFileTests.scored.utf8))
    #expect(throws: TraceError(file: file.path, .noSequence(id: "math-2"))) { try file.trace(id: "math-2") }
    #expect(
      TraceError(file: "a.jsonl", .noSequence(id: "math-2")).description
        == "a.jsonl: the file holds no sequence \"math-2\". Run `tokenshift inspect` on the file to see the ids it holds."
    )
  }

  @Test(arguments: TraceFormat.allCases)
  func `every format has a name for people and one for machines`(format: TraceFormat) {
    #expect(!format.name.isEmpty && TraceFormat(rawValue: format.rawValue) == format)
  }

  @Test(arguments: ForeignFormat.allCases)
  func `every foreign format says what to do`(format: ForeignFormat) {
    #expect(format.remedy.hasSuffix(".") && format.remedy.first?.isUppercase == true)
    #expect(["a", "t"].contains(format.name.first))
  }

  @Test(arguments: ["whole.safetensors", "whole.kld", "whole.jsonl"])
  func `a file that another program shortens is refused before it is read again`(name: String) throws {
    try withFile(TestFiles.bytes(TestFiles.broken(name))) { path in
      let file = try TraceFile(path: path)
      _ = try file.trace(at: 0)
      let expected = try TestFiles.bytes(path).count
      truncate(path, 10)
      #expect(throws: TraceError(file: path, .changed(found: 10, expected: expected))) {
        try file.trace(at: 0)
      }
      #expect(
        TraceError(file: "a.kld", .changed(found: 10, expected: 92)).description
          == "a.kld: the file was written to while it was read: it had 92 bytes and has 10. Read it again when nothing writes to it any more."
      )
    }
  }

  @Test func `a file that is replaced as a whole keeps its old contents`() throws {
    try withFile(TestFiles.bytes(TestFiles.broken("whole.kld"))) { path in
      let file = try TraceFile(path: path)
      let before = try file.trace(at: 0).tokens
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path), options: .atomic)
      #expect(try file.trace(at: 0).tokens == before)
      unlink(path)
      #expect(try file.trace(at: 0).tokens == before)
    }
  }
}

import Foundation
import Testing
import Traces

@testable import Analysis

/// Files whose sequences have names that mean nothing, as servers give them.
@Suite struct TokenPairingTests {
  /// A file of scored texts, each by its name and its last token.
  private func file(_ texts: [(name: String, last: Int)]) throws -> TraceFile {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = texts.map {
      "{\"request_id\":\"\($0.name)\",\"prompt_token_ids\":[1,2,\($0.last)],\"prompt_length\":1,\"prompt_logprobs\":[null,{\"2\":-0.5},{\"\($0.last)\":-0.25}]}"
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
    return try TraceFile(path: path)
  }

  @Test func `sequences without a shared name pair by their tokens`() throws {
    let files = try FilePair(
      reference: file([("a", 5), ("b", 6), ("c", 7)]), tuned: file([("x", 7), ("y", 5), ("z", 9)]),
      sequence: nil)
    #expect(files.places.map { [$0.reference, $0.tuned] } == [[2, 0], [0, 1]])
    #expect(
      files.remarks.first?.hasSuffix(
        ": no name of a sequence stands in both files; 2 pair by token ids.") == true)
    // The one that is alone in each file is told of.
    #expect(files.remarks.count == 3)
    #expect(try files.pair(at: files.places[0]).positions.count == 2)
  }

  @Test func `sequences of the same tokens pair in their order, and are counted`() throws {
    let files = try FilePair(
      reference: file([("a", 5), ("b", 5), ("c", 7)]), tuned: file([("x", 5), ("y", 7), ("z", 5)]),
      sequence: nil)
    #expect(files.places.map { [$0.reference, $0.tuned] } == [[0, 0], [2, 1], [1, 2]])
    #expect(
      files.remarks.first?.contains(
        "3 pair by token ids. 2 of them have ids that several sequences of one file have") == true)
  }

  @Test func `a shared name outweighs tokens, and files that share nothing are refused`() throws {
    let named = try FilePair(
      reference: file([("a", 5), ("b", 6)]), tuned: file([("b", 5), ("y", 6)]), sequence: nil)
    #expect(named.places.map { [$0.reference, $0.tuned] } == [[1, 0]])
    let (first, second) = (try file([("a", 5), ("b", 6)]), try file([("x", 7), ("y", 8)]))
    #expect(throws: TraceError(file: first.path, .noSharedSequence(tunedFile: second.path))) {
      try FilePair(reference: first, tuned: second, sequence: nil)
    }
  }
}

import Testing
import Tokenization

@testable import Traces

/// Files that the response classes of vLLM and SGLang wrote from a sequence of the samples, against that sequence.
@Suite struct RealEnginesTests {
  private static let rowCount = 8

  private func golden() throws -> (prompt: TokenID, answer: [TokenID], rows: [TruncatedRow]) {
    let trace = try TraceFile(path: TestFiles.sample("traces/rl-on-rl.jsonl")).trace(id: "arith-010.rl")
    let start = try #require(trace.promptLength)
    let rows = trace.truncatedRows.compactMap { $0 }
    return (trace.tokens[start - 1], Array(trace.tokens[start...].prefix(Self.rowCount)), rows)
  }

  private func open(_ name: String) throws -> TraceFile {
    let vocabulary = try Vocabulary(contentsOf: TestFiles.sample("vocabulary/tokenizer.json"))
    return try TraceFile(path: TestFiles.fixture("engines/\(name)"), lookup: TokenLookup(vocabulary))
  }

  private func expectRows(_ trace: Trace, hasRanks: Bool, listed: Int = 20) throws {
    let (_, _, rows) = try golden()
    #expect(trace.truncatedRows.count == Self.rowCount)
    for (found, expected) in zip(trace.truncatedRows, rows) {
      let found = try #require(found)
      #expect(found.tokens.prefix(listed) == expected.tokens.prefix(listed))
      #expect(found.logprobs.prefix(listed) == expected.logprobs.prefix(listed))
      #expect(found.emittedLogprob == expected.emittedLogprob)
      #expect(found.emittedRank == (hasRanks ? expected.emittedRank : nil))
      #expect(found.unlistedCap >= expected.unlistedCap)
    }
  }

  @Test(arguments: [
    ("vllm-engine.json", TraceFormat.promptLogprobs), ("vllm-flat.json", .promptLogprobs),
    ("vllm-chat-prompt.json", .promptLogprobs), ("vllm-completion-prompt.json", .promptLogprobs),
    ("vllm-echo.json", .completions), ("vllm-echo-ids.json", .completions),
  ])
  func `a scored text has the rows of the sample`(name: String, format: TraceFormat) throws {
    let file = try open(name)
    #expect(file.format == format && file.entries.count == 1)
    let trace = try file.trace(at: 0)
    let (prompt, answer, _) = try golden()
    #expect(trace.tokens == [prompt] + answer)
    #expect(trace.predicted == Array(1...Self.rowCount) && trace.promptLength == nil)
    try expectRows(trace, hasRanks: format == .promptLogprobs)
  }

  @Test func `token-in token-out has tokens, rows and ranks`() throws {
    let trace = try open("vllm-generate.json").trace(at: 0)
    let (prompt, answer, rows) = try golden()
    #expect(trace.tokens == [prompt] + answer && trace.promptLength == 1)
    try expectRows(trace, hasRanks: true)
    // Ranks say that the emitted tokens are among the listed ones.
    #expect(zip(trace.truncatedRows, rows).allSatisfy { $0?.unlistedCap == $1.unlistedCap })
  }

  @Test func `a batch has the answer, and says why another failed`() throws {
    let file = try open("vllm-batch.jsonl")
    #expect(file.entries.map(\.id) == ["a", "b"])
    try expectRows(try file.trace(id: "a"), hasRanks: true)
    #expect(
      throws: TraceError(file: file.path, line: 2, sequence: "b", .failedRequest(reason: "too long"))
    ) { try file.trace(id: "b") }
  }

  @Test(arguments: [
    ("vllm-chat.json", TraceFormat.tokenInTokenOut), ("sglang-generate.json", .sglang),
  ])
  func `an answer has the rows of the sample`(name: String, format: TraceFormat) throws {
    let file = try open(name)
    #expect(file.format == format)
    let trace = try file.trace(at: 0)
    let (prompt, answer, _) = try golden()
    #expect(trace.tokens == (format == .sglang ? [prompt] : []) + answer)
    try expectRows(trace, hasRanks: false)
  }

  @Test func `packed lists are the same in single precision`() throws {
    let (trace, plain) = (
      try open("sglang-packed.json").trace(at: 0), try open("sglang-generate.json").trace(at: 0)
    )
    #expect(trace.tokens == plain.tokens)
    for (found, expected) in zip(trace.truncatedRows, plain.truncatedRows) {
      let found = try #require(found), expected = try #require(expected)
      #expect(found.tokens == expected.tokens)
      #expect(
        zip(found.logprobs, expected.logprobs).allSatisfy { abs($0 - $1) <= Double(Float($1).ulp) / 2 })
      #expect(found.precision >= expected.precision)
    }
  }

  /// Parts of characters are bytes in one, and characters of Latin-1 in the other, which may be those of whole tokens.
  @Test(arguments: [("sglang-chat.json", 1), ("sglang-completion.json", 5)])
  func `texts of SGLang lead back to the ids`(name: String, ambiguous: Int) throws {
    let trace = try open(name).trace(at: 0)
    let (_, answer, rows) = try golden()
    #expect(trace.tokens == answer)
    for (found, expected) in zip(trace.truncatedRows, rows) {
      let found = try #require(found)
      #expect(found.emittedLogprob == expected.emittedLogprob)
      let known = Dictionary(uniqueKeysWithValues: zip(expected.tokens, expected.logprobs))
      for (token, logprob) in zip(found.tokens, found.logprobs) { #expect(known[token] == logprob) }
      #expect(found.tokens.count >= expected.tokens.count - ambiguous)
      if found.tokens.count < expected.tokens.count { #expect(found.unlistedCap > expected.unlistedCap) }
    }
  }
}

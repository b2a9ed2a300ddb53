import Testing
import Tokenization

@testable import Traces

/// Files that the response classes of the openai package wrote from a sequence of the samples, against that sequence.
@Suite struct RealChatTests {
  private func golden() throws -> (tokens: ArraySlice<TokenID>, rows: [TruncatedRow?]) {
    let trace = try TraceFile(path: TestFiles.sample("traces/rl-on-rl.jsonl")).trace(id: "arith-010.rl")
    let start = try #require(trace.promptLength)
    return (trace.tokens[start...], trace.truncatedRows)
  }

  /// The token U+FFFD of the vocabulary of the samples.
  private static let replacementCharacter = TokenID(24211)

  private func open(_ name: String) throws -> TraceFile {
    let vocabulary = try Vocabulary(contentsOf: TestFiles.sample("vocabulary/tokenizer.json"))
    return try TraceFile(path: TestFiles.fixture("chat/\(name)"), lookup: TokenLookup(vocabulary))
  }

  private func expectGolden(_ trace: Trace) throws {
    let (tokens, rows) = try golden()
    #expect(trace.tokens[...] == tokens)
    #expect(trace.predicted == Array(0..<tokens.count))
    #expect(trace.textMatching?.shared == 0)
    #expect(trace.textMatching?.leftOut == 1)
    for (found, expected) in zip(trace.truncatedRows, rows) {
      let found = try #require(found), expected = try #require(expected)
      // Engines write U+FFFD for bytes that are no text, so the token of that character cannot be told from those.
      let replacement = expected.tokens.firstIndex(of: Self.replacementCharacter)
      let place = replacement.map { $0 - expected.tokens.startIndex }
      #expect(found.tokens == expected.tokens.filter { $0 != Self.replacementCharacter })
      var logprobs = Array(expected.logprobs)
      if let place { logprobs.remove(at: place) }
      #expect(Array(found.logprobs) == logprobs)
      #expect(found.emittedLogprob == expected.emittedLogprob)
      #expect(found.unlistedCap == (place.map { Array(expected.logprobs)[$0] } ?? expected.unlistedCap))
      #expect(found.precision == expected.precision)
    }
  }

  @Test(arguments: [
    ("chat.json", TraceFormat.chatCompletions), ("stream.txt", .chatCompletions),
    ("response.json", .responses),
  ])
  func `texts and bytes lead back to the ids`(name: String, format: TraceFormat) throws {
    let file = try open(name)
    #expect(file.format == format)
    #expect(file.entries == [TraceEntry(id: nil, model: "rl", line: 1)])
    try expectGolden(try file.trace(at: 0))
  }

  @Test func `a batch holds the answer and two failures`() throws {
    let file = try open("batch.jsonl")
    #expect(file.entries.map(\.id) == ["q-200", "q-429", "q-None"])
    try expectGolden(try file.trace(at: 0))
    for (index, reason) in [(1, "Rate limit reached"), (2, "This request expired")] {
      do throws(TraceError) {
        _ = try file.trace(at: index)
        Issue.record("a failed request was read")
      } catch {
        #expect(error.problem == .failedRequest(reason: reason))
      }
    }
  }

  /// Keys are texts, so that what several tokens are written alike for cannot be told apart.
  @Test func `the older API leads back to the ids, and its lists to what is left of them`() throws {
    let (tokens, rows) = try golden()
    let trace = try open("completion.json").trace(at: 0)
    #expect(trace.tokens[...] == tokens)
    for (found, expected) in zip(trace.truncatedRows, rows) {
      let found = try #require(found), expected = try #require(expected)
      #expect(found.emittedLogprob == expected.emittedLogprob)
      #expect(Set(found.tokens).isSubset(of: Set(expected.tokens)))
      #expect(found.unlistedCap >= expected.unlistedCap)
      if found.tokens.count < expected.tokens.count { #expect(found.unlistedCap == 0) }
    }
  }
}

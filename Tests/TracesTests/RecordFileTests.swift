import Testing
import Tokenization

@testable import Traces

/// JSON records in every shape that is read, each small enough to check by eye.
@Suite struct RecordFileTests {
  private func open(_ text: String) throws -> TraceFile { try opened(Array(text.utf8)) }

  private func rows(_ trace: Trace) -> [TruncatedRow?] {
    guard case .truncated(let rows) = trace.rows else { return [] }
    return rows
  }

  private func ids(_ numbers: [Int32]) -> [TokenID] { numbers.map { TokenID($0) } }

  // MARK: Token-in/token-out

  static let scored =
    #"{"request_id":"r1","trace_id":"math-1","model":"sft","task":"math","prompt_id":"p1","prompt_token_ids":[5,6],"#
    + #""choices":[{"index":0,"token_ids":[7,8],"logprobs":{"content":["#
    + #"{"token_id":7,"logprob":-0.25,"rank":1,"top_logprobs":[{"token_id":7,"logprob":-0.25,"rank":1},{"token_id":9,"logprob":-2.125,"rank":2}]},"#
    + #"{"token_id":8,"logprob":-5.5,"rank":40,"top_logprobs":[{"token_id":8,"logprob":-5.5,"rank":40},{"token_id":2,"logprob":-0.5,"rank":1},{"token_id":3,"logprob":-1.5,"rank":2}]}"#
    + #"]}}]}"#

  @Test func `token-in token-out gives tokens, rows and the emitted token`() throws {
    let file = try open(Self.scored + "\n")
    #expect(file.format == .tokenInTokenOut)
    #expect(file.entries == [TraceEntry(id: "math-1", model: "sft", task: "math", prompt: "p1", line: 1)])
    let trace = try file.trace(at: 0)
    #expect(trace.tokens == ids([5, 6, 7, 8]))
    #expect(trace.promptLength == 2)
    #expect(trace.predicted == [2, 3])
    #expect(trace.model == "sft" && trace.task == "math" && trace.prompt == "p1" && trace.line == 1)
    let rows = rows(trace)
    #expect(rows[0]?.tokens == ids([7, 9])[...])
    #expect(rows[0]?.logprobs == [-0.25, -2.125])
    #expect(rows[0]?.unlistedCap == -2.125)
    #expect(rows[0]?.emittedLogprob == -0.25)
    #expect(rows[0]?.emittedRank == 1)
    // The emitted token of rank 40 is listed in addition to the two best, and does not lower the cap.
    #expect(rows[1]?.tokens == ids([2, 3, 8])[...])
    #expect(rows[1]?.logprobs == [-0.5, -1.5, -5.5])
    #expect(rows[1]?.unlistedCap == -1.5)
    #expect(rows[1]?.emittedLogprob == -5.5)
    #expect(rows[1]?.emittedRank == 40)
  }

  @Test func `precision is half a unit of the last decimal and the rounding of a float`() throws {
    let rows = rows(try open(Self.scored).trace(at: 0))
    // Three decimals in the record; floats between 2 and 4 are 2^-22 apart.
    #expect(rows[0]?.precision == 0.0005 + 0x1p-23)
    // Floats between 4 and 8 are 2^-21 apart.
    #expect(rows[1]?.precision == 0.0005 + 0x1p-22)
  }

  @Test func `members may stand in any order, and unknown ones are skipped`() throws {
    let shuffled =
      #"{"kv":{"a":[1,{"b":null}]},"choices":[{"logprobs":{"extra":1,"content":[{"top_logprobs":[{"rank":2,"logprob":-2.0,"token_id":9}],"#
      + #""bytes":[1],"rank":1,"logprob":-0.5,"token_id":7}]},"token_ids":[7],"finish_reason":"stop"}],"prompt_token_ids":[5],"request_id":"r9"}"#
    let file = try open(shuffled)
    #expect(file.entries == [TraceEntry(id: "r9", line: 1)])
    let trace = try file.trace(at: 0)
    #expect(trace.tokens == ids([5, 7]))
    #expect(rows(trace)[0]?.tokens == ids([7, 9])[...])
    #expect(rows(trace)[0]?.unlistedCap == -2)
  }

  @Test func `several answers to one prompt are sequences of their own`() throws {
    let text =
      #"{"trace_id":"a","prompt_token_ids":[5],"choices":[{"token_ids":[7],"logprobs":{"content":[{"token_id":7,"logprob":-0.5,"rank":1,"top_logprobs":[]}]}},"#
      + #"{"token_ids":[8],"logprobs":{"content":[{"token_id":8,"logprob":-1.5,"rank":3,"top_logprobs":[]}]}}]}"#
    let file = try open(text)
    #expect(file.entries.map(\.id) == ["a#0", "a#1"])
    #expect(try file.trace(id: "a#1").tokens == ids([5, 8]))
    #expect(rows(try file.trace(id: "a#0"))[0]?.unlistedCap == -0.5)
    // Rank 3 says that two tokens are more probable, and nothing about how probable they are.
    #expect(rows(try file.trace(id: "a#1"))[0]?.unlistedCap == 0)
  }

  @Test func `token ids that stand in place of texts are read`() throws {
    let text =
      #"{"choices":[{"logprobs":{"content":[{"token":"token_id:7","logprob":-0.5,"bytes":[72],"top_logprobs":[{"token":"token_id:7","logprob":-0.5},{"token":"token_id:9","logprob":-1.25}]}]}}]}"#
    let trace = try open(text).trace(at: 0)
    #expect(trace.tokens == ids([7]))
    #expect(trace.promptLength == 0)
    #expect(rows(trace)[0]?.tokens == ids([7, 9])[...])
    // No rank: token 7 may be there only because it was emitted, but token 9 is not.
    #expect(rows(trace)[0]?.unlistedCap == -1.25)
    #expect(rows(trace)[0]?.emittedRank == nil)
  }

  // MARK: Prompt logprobs

  static let engine =
    #"{"request_id":"7","prompt":"text","prompt_token_ids":[5,6,7],"prompt_logprobs":[null,"#
    + #"{"6":{"logprob":-3.5,"rank":12,"decoded_token":"a"},"1":{"logprob":-0.5,"rank":1,"decoded_token":"b"}},"#
    + #"{"7":-0.125,"2":-2.25}],"outputs":[{"index":0,"text":"x","token_ids":[99],"cumulative_logprob":-1.0,"logprobs":null,"finish_reason":"length"}]}"#

  @Test func `an engine dump describes the tokens of the prompt from the second on`() throws {
    let file = try open(Self.engine)
    #expect(file.format == .promptLogprobs)
    #expect(file.entries.map(\.id) == ["7"])
    let trace = try file.trace(at: 0)
    #expect(trace.tokens == ids([5, 6, 7]))
    #expect(trace.promptLength == nil)
    #expect(trace.predicted == [1, 2])
    let rows = rows(trace)
    #expect(rows[0]?.tokens == ids([1, 6])[...])
    #expect(rows[0]?.logprobs == [-0.5, -3.5])
    #expect(rows[0]?.unlistedCap == -0.5)
    #expect(rows[0]?.emittedRank == 12)
    // Bare numbers have no rank: the list without the emitted token caps the rest.
    #expect(rows[1]?.tokens == ids([7, 2])[...])
    #expect(rows[1]?.unlistedCap == -2.25)
    #expect(rows[1]?.emittedLogprob == -0.125)
    #expect(rows[1]?.emittedRank == nil)
  }

  @Test(arguments: [
    "[ENGINE]", "[\n ENGINE\n,\n OTHER\n]\n", "ENGINE\nOTHER\n", "\u{FEFF}ENGINE\r\n\r\n OTHER",
  ])
  func `objects, arrays and lines hold the same records`(layout: String) throws {
    let other = Self.engine.replacing("\"request_id\":\"7\"", with: "\"request_id\":8")
    let file = try open(layout.replacing("ENGINE", with: Self.engine).replacing("OTHER", with: other))
    #expect(file.entries.map(\.id) == (layout.contains("OTHER") ? ["7", "8"] : ["7"]))
    for index in file.entries.indices { #expect(try file.trace(at: index).tokens == ids([5, 6, 7])) }
  }

  @Test func `lines are counted from the first`() throws {
    let other = Self.engine.replacing("\"request_id\":\"7\"", with: "\"request_id\":8")
    #expect(try open("\n\n" + Self.engine + "\n\r\n" + other).entries.map(\.line) == [3, 5])
  }

  @Test func `a printed object over many lines is one record`() throws {
    let pretty = Self.engine.replacing(",", with: ",\n  ").replacing("{", with: "{\n  ")
    let file = try open(pretty)
    #expect(file.entries == [TraceEntry(id: "7", line: 1)])
    #expect(try file.trace(at: 0).predicted == [1, 2])
  }

  @Test func `a stated prompt length is kept, and the generated token left out`() throws {
    let text = Self.engine.replacing("\"prompt\":\"text\"", with: "\"prompt_length\":2")
    let trace = try open(text).trace(at: 0)
    #expect(trace.promptLength == 2)
    #expect(trace.tokens == ids([5, 6, 7]))
  }

  @Test func `a chat response holds them beside its choices, a completion inside`() throws {
    let chat =
      #"{"id":"chatcmpl-1","model":"base","choices":[{"index":0,"message":{"content":"x"},"logprobs":null,"token_ids":[99]}],"#
      + #""prompt_logprobs":[null,{"6":{"logprob":-3.5,"rank":2}}],"prompt_token_ids":[5,6]}"#
    let completion =
      #"{"id":"cmpl-1","model":"base","choices":[{"index":0,"text":"x","logprobs":null,"prompt_logprobs":[null,{"6":{"logprob":-3.5,"rank":2}}],"#
      + #""token_ids":[99],"prompt_token_ids":[5,6]}]}"#
    let batch =
      #"{"id":"vllm-1","custom_id":"req-1","response":{"status_code":200,"body":"# + chat
      + #"},"error":null}"#
    for (text, id) in [(chat, nil), (completion, nil), (batch, "req-1")] as [(String, String?)] {
      let file = try open(text)
      #expect(file.format == .promptLogprobs)
      #expect(file.entries == [TraceEntry(id: id, model: "base", line: 1)])
      let trace = try file.trace(at: 0)
      #expect(trace.tokens == ids([5, 6]))
      #expect(trace.predicted == [1])
      #expect(rows(trace)[0]?.emittedLogprob == -3.5)
    }
  }

  @Test func `a generated answer of an engine dump has its rows, not the prompt's`() throws {
    let text =
      #"{"prompt_token_ids":[5,6],"prompt_logprobs":[null,{"6":-1.5}],"outputs":[{"token_ids":[7,8],"logprobs":[{"7":{"logprob":-0.5,"rank":1}},null]}]}"#
    let trace = try open(text).trace(at: 0)
    #expect(trace.tokens == ids([5, 6, 7, 8]))
    #expect(trace.promptLength == 2)
    #expect(trace.predicted == [2, 3])
    #expect(rows(trace)[0]?.emittedLogprob == -0.5)
    #expect(rows(trace)[1] == nil)
  }

  // MARK: Refusals

  @Test(arguments: [
    (
      #"{"prompt_logprobs":[null,{"6":{"logprob":-1,"rank":0}}],"prompt_token_ids":[1,6]}"#,
      "at byte 52 of the line, a rank from 1 is expected."
    ),
    (
      #"{"prompt_logprobs":[null,{"9999999999":-1}],"prompt_token_ids":[1,6]}"#,
      "at byte 27 of the line, a token id in quotes is expected."
    ),
    (
      #"{"prompt_logprobs":[null,{" Hello":-1}],"prompt_token_ids":[1,2]}"#,
      "the record names its tokens by their text and not by their ids."
    ),
    (
      #"{"prompt_logprobs":[null],"prompt_logprobs":[null],"prompt_token_ids":[1]}"#,
      "\"prompt_logprobs\" stands twice in one object."
    ),
    (
      #"{"prompt_logprobs":[null],"prompt_token_ids":[1],"prompt_token_ids":[1]}"#,
      "\"prompt_token_ids\" stands twice in one object."
    ),
    (
      #"{"prompt_logprobs":[null],"prompt_token_ids":[1.5]}"#,
      "at byte 47 of the line, a whole number is expected."
    ),
  ])
  func `records that say something impossible are refused`(text: String, statement: String) throws {
    let message = try #require(try messageOfReading(Array(text.utf8)))
    #expect(message.contains(statement), "\(message)")
  }

  @Test func `a fault is found on its line, whatever stands before it`() throws {
    let broken = Self.engine.replacing("-3.5", with: "-x.5")
    let message = try messageOfReading(Array(("\n" + Self.scored + "\n" + broken + "\n").utf8))
    let column = try #require(broken.firstRange(of: "-x.5")).lowerBound.utf16Offset(in: broken) + 1
    #expect(
      message
        == "trace:3: at byte \(column) of the line, a number is expected. Write the file with a JSON library."
    )
  }

  // MARK: Batches

  @Test func `lines may be the arrays in which servers answer to batches`() throws {
    let second = Self.scored.replacing("math-1", with: "math-2").replacing("r1", with: "r2")
    let third = Self.scored.replacing("math-1", with: "math-3").replacing("r1", with: "r3")
    let file = try open("[\(Self.scored)]\n[\(second),\(third)]\n")
    #expect(file.entries.map(\.id) == ["math-1", "math-2", "math-3"])
    #expect(file.entries.map(\.line) == [1, 2, 2])
    #expect(try file.trace(at: 2).tokens == ids([5, 6, 7, 8]))
  }

  @Test func `of a batch that failed as a whole the first reason is told`() throws {
    let failed = #"{"custom_id":"NAME","response":null,"error":{"message":"out of memory"}}"#
    #expect(
      try messageOfReading(Array((failed + "\n" + failed.replacing("NAME", with: "b")).utf8))
        == "trace:1: sequence \"NAME\": the request failed, and the record holds an error and no text: out of memory. Ask for it again, or take the record out of the file."
    )
  }

  @Test(arguments: ["{}", #"{"code":null,"message":null}"#, #""none""#, #""""#, "false", "null"])
  func `an error that says nothing takes no answer away`(error: String) throws {
    let file = try open(#"{"error":\#(error),"# + Self.scored.dropFirst())
    #expect(try file.trace(at: 0).tokens == ids([5, 6, 7, 8]))
  }

  @Test func `an error with a reason does`() throws {
    let file = try open(#"{"error":{"code":408},"# + Self.scored.dropFirst())
    #expect(
      throws: TraceError(
        file: file.path, line: 1, sequence: "math-1", .failedRequest(reason: "no message"))
    ) { try file.trace(at: 0) }
  }

  @Test func `an answer without logprobs costs its own sequence`() throws {
    let none = #"{"trace_id":"none","prompt_token_ids":[5],"choices":[{"token_ids":[7],"logprobs":null}]}"#
    let file = try open(none + "\n" + Self.scored)
    #expect(file.entries.map(\.id) == ["none", "math-1"])
    #expect(throws: TraceError(file: file.path, line: 1, sequence: "none", .noLogprobs)) {
      try file.trace(at: 0)
    }
    #expect(try file.trace(at: 1).tokens == ids([5, 6, 7, 8]))
    #expect(
      try messageOfReading(Array(none.utf8))
        == "trace:1: the record holds no logprobs. Ask the engine for logprobs or prompt_logprobs when the text is scored."
    )
  }
}

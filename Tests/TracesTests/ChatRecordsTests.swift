import Testing
import Tokenization

@testable import Traces

/// Records whose tokens are texts, each small enough to check by eye.
@Suite struct ChatRecordsTests {
  /// Chat completions as OpenAI's servers write them.
  static let chat =
    #"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt","choices":[{"index":0,"finish_reason":"stop","#
    + #""message":{"role":"assistant","content":"Hello the"},"logprobs":{"content":["#
    + #"{"token":"Hello","logprob":-0.25,"bytes":[72,101,108,108,111],"top_logprobs":[{"token":"Hello","logprob":-0.25,"bytes":[72,101,108,108,111]},{"token":"Hi","logprob":-1.5,"bytes":[72,105]}]},"#
    + #"{"token":" the","logprob":-4.5,"bytes":[32,116,104,101],"top_logprobs":[{"token":" a","logprob":-0.5,"bytes":[32,97]},{"token":"Hi","logprob":-1.25,"bytes":null}]}"#
    + #"],"refusal":null}}],"usage":{"total_tokens":9}}"#

  // MARK: Chat completions

  @Test func `chat tokens are found by their bytes and by their text`() throws {
    let (file, traces) = try readTexts(Self.chat, .chatCompletions)
    #expect(file.entries == [TraceEntry(id: nil, model: "gpt", line: 1)])
    #expect(traces[0].ids == [0, 2])
    #expect(traces[0].promptLength == 0 && traces[0].predicted == [0, 1])
    #expect(traces[0].textMatching == TextMatching())
    let rows = traces[0].truncatedRows
    #expect(rows[0]?.tokens.map(\.rawValue) == [0, 1])
    #expect(rows[0]?.unlistedCap == -1.5)
    #expect(rows[1]?.tokens.map(\.rawValue) == [3, 1, 2])
    #expect(rows[1]?.unlistedCap == -1.25)
    #expect(rows[1]?.emittedLogprob == -4.5)
  }

  @Test func `without a vocabulary texts are listed and not read`() throws {
    let file = try opened(Array(Self.chat.utf8))
    #expect(file.format == .chatCompletions && file.entries.count == 1)
    #expect(
      try messageOfReading(Array(Self.chat.utf8))
        == "trace:1: the record names its tokens by their text and not by their ids. Name the vocabulary with --vocabulary or in the study, or ask the server with return_tokens_as_token_ids."
    )
  }

  @Test func `bytes outweigh a text that is damaged`() throws {
    let text = Self.chat.replacing(
      #""token":"Hello","logprob":-0.25,"bytes":[72,101,108,108,111],"top"#,
      with: #""token":"\\xe2\\x88","logprob":-0.25,"bytes":[226,136],"top"#)
    #expect(try readTexts(text, .chatCompletions).traces[0].ids == [9, 2])
  }

  @Test func `not within the list is not a probability`() throws {
    let text = Self.chat.replacing("\"logprob\":-4.5", with: "\"logprob\":-9999.0")
    let row = try #require(try readTexts(text, .chatCompletions).traces[0].truncatedRows[1])
    #expect(row.emittedLogprob == nil)
    #expect(row.tokens.map(\.rawValue) == [3, 1])
  }

  @Test func `a listed token that cannot be told is left out and raises the cap`() throws {
    let text = Self.chat.replacing(
      #"{"token":"Hi","logprob":-1.5,"bytes":[72,105]}"#,
      with:
        #"{"token":"Hi","logprob":-1.5,"bytes":[72,105]},{"token":"\ufffd","logprob":-1.0,"bytes":[239,191,189]}"#
    )
    let trace = try readTexts(text, .chatCompletions).traces[0]
    let row = try #require(trace.truncatedRows[0])
    #expect(row.tokens.map(\.rawValue) == [0, 1])
    // One of four tokens has -1: each of them may.
    #expect(row.unlistedCap == -1)
    #expect(trace.textMatching?.leftOut == 1 && trace.textMatching?.shared == 0)
  }

  @Test func `a list of tokens that cannot be told still caps the others`() throws {
    let text = Self.chat.replacing("[32,97]", with: "[1]").replacing(
      #""token":"Hi","logprob":-1.25"#, with: #""token":"?","logprob":-1.25"#)
    let row = try #require(try readTexts(text, .chatCompletions).traces[0].truncatedRows[1])
    #expect(row.tokens.map(\.rawValue) == [2])
    #expect(row.unlistedCap == -0.5)
  }

  @Test func `an emitted token that two ids share is counted, and its own entry is not left out`() throws {
    let text =
      #"{"choices":[{"logprobs":{"content":[{"token":"a","logprob":-0.25,"bytes":[97],"top_logprobs":[{"token":"a","logprob":-0.25,"bytes":[97]},{"token":"Hi","logprob":-2,"bytes":[72,105]}]}]}}]}"#
    let trace = try readTexts(text, .chatCompletions).traces[0]
    #expect(trace.ids == [4])
    #expect(trace.textMatching?.shared == 1 && trace.textMatching?.leftOut == 0)
    #expect(trace.truncatedRows[0]?.tokens.map(\.rawValue) == [4, 1])
    #expect(trace.truncatedRows[0]?.unlistedCap == -2)
  }

  @Test(arguments: [
    (
      #""bytes":[32,116,104,101]"#, #""bytes":[239,191,189]"#,
      "trace:1: token 1 is the text \"\u{FFFD}\", which may be any of 4 tokens of the vocabulary. Keep the token ids: ask the server with return_tokens_as_token_ids."
    ),
    (
      #""bytes":[32,116,104,101]"#, #""bytes":[1]"#,
      "trace:1: token 1 is the text \"\u{1}\", which is no token of the vocabulary. Name the vocabulary of the model that read the text."
    ),
    (
      #""bytes":[32,116,104,101]"#, #""bytes":[256]"#,
      "trace:1: at byte 433 of the line, a byte from 0 to 255 is expected. Write the file with a JSON library."
    ),
  ])
  func `an emitted token that cannot be told is refused with its place`(
    old: String, new: String, message: String
  ) throws {
    let text = Self.chat.replacing(old, with: new)
    #expect(throws: (any Error).self) { try readTexts(text, .chatCompletions) }
    do { _ = try readTexts(text, .chatCompletions) } catch { #expect("\(error)" == message) }
  }

  @Test func `ids of the answer outweigh its texts`() throws {
    let text = Self.chat.replacing(#""finish_reason":"stop","#, with: #""token_ids":[5,2],"#)
      .replacing(
        #""token":"Hello","logprob":-0.25,"bytes":[72,101,108,108,111],"top"#,
        with: #""token":"a","logprob":-0.25,"bytes":[97],"top"#
      )
      .replacing(
        #"[{"token":"Hello","logprob":-0.25,"bytes":[72,101,108,108,111]}"#,
        with: #"[{"token":"a","logprob":-0.25,"bytes":[97]}"#)
    let trace = try readTexts(text, .chatCompletions).traces[0]
    #expect(trace.ids == [5, 2])
    #expect(trace.truncatedRows[0]?.emittedLogprob == -0.25)
    #expect(trace.textMatching?.shared == 0)
  }

  @Test func `a refusal has tokens as an answer has`() throws {
    let text = Self.chat.replacing(
      #""logprobs":{"content":"#, with: #""logprobs":{"content":null,"refusal":"#
    )
    .replacing(#","refusal":null}"#, with: "}")
    #expect(try readTexts(text, .chatCompletions).traces[0].ids == [0, 2])
  }

  @Test func `several answers are sequences of their own`() throws {
    let choice =
      #"{"index":1,"logprobs":{"content":[{"token":"Hi","logprob":-2,"bytes":[72,105],"top_logprobs":[]}]}}"#
    let text = Self.chat.replacing(#"}],"usage""#, with: "},\(choice)],\"usage\"")
      .replacing("\"id\":\"chatcmpl-1\"", with: "\"custom_id\":\"q\"")
    let (file, traces) = try readTexts(text, .chatCompletions)
    #expect(file.entries.map(\.id) == ["q#0", "q#1"])
    #expect(traces.map(\.ids) == [[0, 2], [1]])
    // Both answer one prompt, which the file does not hold.
    #expect(traces.map(\.prompt) == ["q", "q"])
  }

  // MARK: Batches

  @Test func `a batch has a sequence for each line, and failed ones are refused alone`() throws {
    func line(_ id: String, _ body: String) -> String {
      #"{"id":"batch_req_\#(id)","custom_id":"\#(id)","response":{"status_code":200,"request_id":"x","body":\#(body)},"error":null}"#
    }
    let failed =
      #"{"id":"batch_req_3","custom_id":"c","response":{"status_code":429,"body":{"error":{"message":"Too many requests","code":"rate"}}},"error":null}"#
    let expired =
      #"{"id":"batch_req_4","custom_id":"d","response":null,"error":{"code":"batch_expired","message":"expired"}}"#
    let text = [line("a", Self.chat), failed, line("b", Self.chat), expired].joined(separator: "\n")
    let file = try TraceFile(
      ByteStorage(copying: Array(text.utf8)), path: "trace", tensor: nil, lookup: TextVocabulary.lookup)
    #expect(file.entries.map(\.id) == ["a", "c", "b", "d"])
    #expect(try file.trace(id: "b").ids == [0, 2])
    #expect(
      throws: TraceError(file: "trace", line: 2, sequence: "c", .failedRequest(reason: "Too many requests"))
    ) { try file.trace(id: "c") }
    #expect(throws: TraceError(file: "trace", line: 4, sequence: "d", .failedRequest(reason: "expired"))) {
      try file.trace(id: "d")
    }
  }

  @Test func `an error without a word is none`() throws {
    for error in ["null", "\"\""] {
      let text = Self.chat.replacing("\"usage\"", with: "\"error\":\(error),\"usage\"")
      #expect(try readTexts(text, .chatCompletions).traces[0].ids == [0, 2])
    }
  }

  // MARK: The older completions API

  static let completion =
    #"{"id":"cmpl-1","object":"text_completion","model":"old","choices":[{"text":"Hello 7","index":0,"logprobs":{"text_offset":[0,5],"#
    + #""token_logprobs":[-0.25,-4.5],"tokens":["Hello","7"],"top_logprobs":[{"Hello":-0.25,"Hi":-1.5},{"7":-4.5," a":-0.5,"bytes:\\xe2\\x88":-1.5}]}}]}"#

  /// SGLang writes bytes that are no text as Latin-1 letters, and -1 for every offset: `Ã` is the byte C3, id 11.
  @Test(arguments: [
    #""text_offset":[-1],"tokens":["Ã"],"token_logprobs":[-0.5],"top_logprobs":[{"Ã":-0.5,"Hi":-1.5}]"#,
    #""top_logprobs":[{"Ã":-0.5,"Hi":-1.5}],"tokens":["Ã"],"token_logprobs":[-0.5],"text_offset":[-1]"#,
    #""tokens":["Ã"],"top_logprobs":[{"Ã":-0.5,"Hi":-1.5}],"text_offset":[-1],"token_logprobs":[-0.5]"#,
  ])
  func `lists of texts read the same before and behind the offsets that say what they are`(members: String)
    throws
  {
    let traces = try readTexts(#"{"choices":[{"text":"?","logprobs":{\#(members)}}]}"#, .completions).traces
    let row = try #require(traces[0].truncatedRows.first ?? nil)
    #expect(traces[0].ids == [11])
    #expect(row.tokens.map(\.rawValue) == [11, 1] && row.logprobs == [-0.5, -1.5])
  }

  @Test func `tokens and keys of the older API are texts, even where they look like numbers`() throws {
    let trace = try readTexts(Self.completion, .completions).traces[0]
    #expect(trace.ids == [0, 8])
    let rows = trace.truncatedRows
    #expect(rows[0]?.tokens.map(\.rawValue) == [0, 1])
    #expect(rows[1]?.tokens.map(\.rawValue) == [3, 9, 8])
    #expect(rows[1]?.unlistedCap == -1.5)
    #expect(rows[1]?.emittedLogprob == -4.5)
  }

  @Test func `texts that share a key leave nothing known of the others`() throws {
    let text = Self.completion.replacing("\"Hi\":-1.5", with: "\"\\ufffd\":-1.5")
    let trace = try readTexts(text, .completions).traces[0]
    #expect(trace.truncatedRows[0]?.tokens.map(\.rawValue) == [0])
    #expect(trace.truncatedRows[0]?.unlistedCap == 0)
    #expect(trace.truncatedRows[0]?.emittedLogprob == -0.25)
    #expect(trace.textMatching?.leftOut == 1)
  }

  @Test func `an echoed prompt of texts is scored text`() throws {
    let text = Self.completion.replacing("[-0.25,-4.5]", with: "[null,-4.5]").replacing(
      "[{\"Hello\":-0.25,\"Hi\":-1.5},", with: "[null,")
    let trace = try readTexts(text, .completions).traces[0]
    #expect(trace.ids == [0, 8] && trace.predicted == [1] && trace.promptLength == nil)
  }

  /// What vLLM 0.32 answers to `echo` and `logprobs`: rows of the prompt beside the texts, ids only where asked for.
  private static func echo(answer: Int, hasIDs: Bool) -> String {
    let texts = [#""Hello""#, #"" the""#, #""Hi""#, #"" the""#].prefix(2 + answer).joined(separator: ",")
    let logprobs = ["null", "-0.5", "-1.5", "-2.5"].prefix(2 + answer).joined(separator: ",")
    let lists = ["null", #"{" the":-0.5}"#, #"{"Hi":-1.5}"#, #"{" the":-2.5,"Hello":-0.25}"#]
      .prefix(2 + answer).joined(separator: ",")
    let ids =
      hasIDs
      ? ("[0,2]", "[\([1, 2].prefix(answer).map(String.init).joined(separator: ","))]") : ("null", "null")
    return
      #"{"choices":[{"index":0,"text":"x","logprobs":{"text_offset":[0],"token_logprobs":[\#(logprobs)],"#
      + #""tokens":[\#(texts)],"top_logprobs":[\#(lists)]},"token_ids":\#(ids.1),"#
      + #""prompt_logprobs":[null,{"2":{"logprob":-0.5,"rank":3},"7":{"logprob":-0.125,"rank":1}}],"#
      + #""prompt_token_ids":\#(ids.0)}]}"#
  }

  @Test(arguments: [true, false])
  func `an echo with rows of its prompt holds what was generated behind it`(hasIDs: Bool) throws {
    let trace = try readTexts(Self.echo(answer: 2, hasIDs: hasIDs), .promptLogprobs).traces[0]
    #expect(trace.ids == [0, 2, 1, 2] && trace.predicted == [1, 2, 3] && trace.promptLength == nil)
    #expect(trace.truncatedRows.map { $0?.emittedLogprob } == [-0.5, -1.5, -2.5])
    #expect(trace.truncatedRows[2]?.tokens.map(\.rawValue) == [0, 2])
  }

  @Test(arguments: [true, false], [0, 1])
  func `rows of a prompt outweigh its echo, whose texts tell the ids`(hasIDs: Bool, answer: Int) throws {
    let trace = try readTexts(Self.echo(answer: answer, hasIDs: hasIDs), .promptLogprobs).traces[0]
    #expect(trace.ids == [0, 2] && trace.predicted == [1])
    #expect(trace.truncatedRows[0]?.tokens.map(\.rawValue) == [7, 2])
    #expect(trace.truncatedRows[0]?.emittedRank == 3)
  }

  @Test func `an echo with rows of its prompt and no vocabulary needs the ids`() throws {
    #expect(throws: TraceError(file: "trace", line: 1, .textTokens)) {
      try readTexts(Self.echo(answer: 1, hasIDs: false), .promptLogprobs, lookup: nil)
    }
    let trace = try readTexts(Self.echo(answer: 2, hasIDs: true), .promptLogprobs, lookup: nil).traces[0]
    #expect(trace.ids == [0, 2] && trace.predicted == [1])
  }

  // MARK: The Responses API

  @Test func `the texts of a response follow one another`() throws {
    let text =
      #"{"id":"resp_1","object":"response","model":"gpt","output":[{"type":"reasoning","summary":[]},"#
      + #"{"type":"message","content":[{"type":"output_text","text":"Hello","logprobs":[{"token":"Hello","bytes":[72,101,108,108,111],"logprob":-0.25,"top_logprobs":[{"token":"Hi","bytes":[72,105],"logprob":-1.5}]}]},"#
      + #"{"type":"output_text","text":" the","logprobs":[{"token":" the","bytes":[32,116,104,101],"logprob":-0.5,"top_logprobs":[]}]}]}]}"#
    let trace = try readTexts(text, .responses).traces[0]
    #expect(trace.ids == [0, 2])
    #expect(trace.truncatedRows.map { $0?.emittedLogprob } == [-0.25, -0.5])
    #expect(trace.truncatedRows[0]?.unlistedCap == -1.5)
  }

  @Test(arguments: [
    (#""token_logprobs":[-0.25],"top_logprobs":null"#, TraceError.Problem.rowCount(found: 1, expected: 2)),
    (#""token_logprobs":[-0.25,-0.5],"top_logprobs":[{"Hi":-1.5}]"#, .listCount(found: 1, expected: 2)),
  ])
  func `arrays of different lengths are told, with a vocabulary and without`(
    arrays: String, problem: TraceError.Problem
  ) throws {
    let text = #"{"choices":[{"text":"x","logprobs":{"tokens":["Hello","Hi"],\#(arrays)}}]}"#
    for lookup in [TextVocabulary.lookup, nil] {
      #expect(throws: TraceError(file: "trace", line: 1, problem)) {
        try readTexts(text, .completions, lookup: lookup)
      }
    }
  }

  /// Where no list has an entry, none can be about another token than its own.
  @Test(arguments: ["[null]", "[{}]", "[]", "null", "[null,null]"])
  func `lists without entries may be fewer than tokens`(lists: String) throws {
    let text =
      #"{"choices":[{"text":"x","logprobs":{"tokens":["Hello","Hi"],"token_logprobs":[-0.25,-0.5],"top_logprobs":\#(lists)}}]}"#
    let trace = try readTexts(text, .completions).traces[0]
    #expect(trace.truncatedRows.map { $0?.emittedLogprob } == [-0.25, -0.5])
  }
}

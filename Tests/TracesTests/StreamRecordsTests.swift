import Testing
import Tokenization

@testable import Traces

/// Streams of server-sent events, saved as they came or line by line.
@Suite struct StreamRecordsTests {
  private static func chunk(_ id: String, _ choices: String) -> String {
    #"{"id":"\#(id)","object":"chat.completion.chunk","model":"gpt","choices":[\#(choices)]}"#
  }

  private static func delta(_ index: Int, _ entries: String...) -> String {
    #"{"index":\#(index),"delta":{"content":"x"},"logprobs":{"content":[\#(entries.joined(separator: ","))],"refusal":null},"finish_reason":null}"#
  }

  private static func entry(_ text: String, _ logprob: Double) -> String {
    #"{"token":"\#(text)","logprob":\#(logprob),"bytes":null,"top_logprobs":[{"token":"\#(text)","logprob":\#(logprob),"bytes":null}]}"#
  }

  /// Two answers whose chunks come in turns, after a chunk that only says who speaks, before one that only counts.
  static let chunks = [
    chunk("chatcmpl-1", #"{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null}"#),
    chunk("chatcmpl-1", delta(1, entry("Hi", -0.5))),
    chunk("chatcmpl-1", delta(0, entry("Hello", -0.25), entry(" the", -1.5))),
    chunk("chatcmpl-1", delta(1, entry(" a", -0.75))),
    chunk("chatcmpl-1", ""),
  ]

  private func expectAnswers(_ text: String) throws {
    let (file, traces) = try readTexts(text, .chatCompletions)
    #expect(file.entries.count == 2)
    #expect(traces.map(\.ids) == [[0, 2], [1, 3]])
    #expect(traces[0].truncatedRows.map { $0?.emittedLogprob } == [-0.25, -1.5])
    #expect(traces[1].truncatedRows.map { $0?.tokens.map(\.rawValue) } == [[1], [3]])
    #expect(traces[1].model == "gpt")
  }

  @Test(arguments: ["\n\n", "\r\n\r\n", "\n: ping\n\n", "\nevent: message\nid: 7\n"])
  func `events are joined into the answers they belong to`(gap: String) throws {
    try expectAnswers(Self.chunks.map { "data: \($0)\(gap)" }.joined() + "data: [DONE]\n\n")
    try expectAnswers(Self.chunks.map { "data:\($0)\(gap)" }.joined())
  }

  @Test func `chunks saved line by line are joined likewise`() throws {
    try expectAnswers(Self.chunks.joined(separator: "\n"))
    try expectAnswers("[" + Self.chunks.joined(separator: ",\n") + "]")
  }

  @Test func `one stream ends where another begins`() throws {
    let other = Self.chunk("chatcmpl-2", Self.delta(0, Self.entry("Hi", -0.5)))
    for text in [
      (Self.chunks + [other]).joined(separator: "\n"),
      (Self.chunks + [other]).map { "data: \($0)\n\n" }.joined(),
    ] {
      let (file, traces) = try readTexts(text, .chatCompletions)
      #expect(file.entries.map(\.line).count == 3)
      #expect(traces.map(\.ids) == [[0, 2], [1, 3], [1]])
    }
  }

  @Test func `a stream without names ends with DONE`() throws {
    let unnamed =
      #"{"choices":[{"index":0,"text":"x","logprobs":{"tokens":["Hi"],"token_logprobs":[-0.5],"top_logprobs":[{"Hi":-0.5}]}}]}"#
    let text = "data: \(unnamed)\n\ndata: \(unnamed)\n\ndata: [DONE]\n\ndata: \(unnamed)\n\n"
    let (file, traces) = try readTexts(text, .completions)
    #expect(file.entries.map(\.line) == [1, 7])
    #expect(traces.map(\.ids) == [[1, 1], [1]])
  }

  @Test func `a stream that ends in an error is refused`() throws {
    let text =
      "data: \(Self.chunks[1])\n\ndata: {\"id\":\"chatcmpl-1\",\"error\":{\"message\":\"out of memory\"}}\n"
    let file = try TraceFile(
      ByteStorage(copying: Array(text.utf8)), path: "trace", tensor: nil, lookup: TextVocabulary.lookup)
    #expect(throws: TraceError(file: "trace", line: 1, .failedRequest(reason: "out of memory"))) {
      try file.trace(at: 0)
    }
  }

  // MARK: Other servers

  @Test func `Ollama's lines are joined until one says it is done`() throws {
    func line(_ text: String, _ logprob: Double, done: Bool) -> String {
      #"{"model":"m","response":"x","done":\#(done),"logprobs":[\#(Self.entry(text, logprob))]}"#
    }
    let last = #"{"model":"m","response":"","done":true,"done_reason":"stop"}"#
    let text = [
      line("Hello", -0.25, done: false), line(" a", -0.5, done: false), last, line("Hi", -1, done: true),
    ]
    .joined(separator: "\n")
    let (file, traces) = try readTexts(text, .ollama)
    #expect(file.entries.map(\.line) == [1, 4])
    #expect(traces.map(\.ids) == [[0, 3], [1]])
  }

  @Test func `text-generation-inference streams a token with its list in each event`() throws {
    func event(_ id: Int, _ logprob: Double, last: Bool) -> String {
      #"data:{"index":1,"token":{"id":\#(id),"text":"x","logprob":\#(logprob),"special":false},"top_tokens":[{"id":9,"text":"y","logprob":-0.125,"special":false}],"generated_text":\#(last ? "\"x\"" : "null"),"details":null}"#
    }
    let text = [event(7, -2.5, last: false), event(8, -3.5, last: true), event(4, -1.5, last: true)]
      .joined(separator: "\n\n")
    let (file, traces) = try readTexts(text, .textGeneration, lookup: nil)
    #expect(file.entries.count == 2)
    #expect(traces.map(\.ids) == [[7, 8], [4]])
    #expect(traces[0].truncatedRows.map { $0?.unlistedCap } == [-0.125, -0.125])
    #expect(traces[0].truncatedRows[1]?.tokens.map(\.rawValue) == [9, 8])
  }

  @Test func `llama-server's events are joined until it stops`() throws {
    func event(_ id: Int, stop: Bool) -> String {
      let entries =
        stop
        ? ""
        : #","completion_probabilities":[{"id":\#(id),"token":"x","bytes":[120],"logprob":-0.5,"top_logprobs":[{"id":\#(id),"token":"x","bytes":[120],"logprob":-0.5}]}]"#
      return #"data: {"content":"x","stop":\#(stop)\#(entries)}"#
    }
    let text = [event(7, stop: false), event(8, stop: false), event(0, stop: true), event(5, stop: false)]
      .joined(separator: "\n\n")
    let traces = try readTexts(text, .llamaServer, lookup: nil).traces
    #expect(traces.map(\.ids) == [[7, 8], [5]])
  }

  @Test func `answers to a batch that llama-server streams in turns are told apart by their numbers`() throws
  {
    func event(_ index: Int, _ id: Int?) -> String {
      let entries = id.map {
        #","completion_probabilities":[{"id":\#($0),"logprob":-0.5,"top_logprobs":[]}]"#
      }
      return #"data: {"index":\#(index),"content":"x","stop":\#(id == nil)\#(entries ?? "")}"#
    }
    let batch = [
      "data: null", event(1, 7), event(0, 8), event(1, 9), event(1, nil), event(0, 6), event(0, nil),
    ]
    for text in [batch, batch + batch].map({ $0.joined(separator: "\n\n") }) {
      let traces = try readTexts(text, .llamaServer, lookup: nil).traces
      #expect(traces.prefix(2).map(\.ids) == [[7, 9], [8, 6]])
      #expect(traces.dropFirst(2).map(\.ids) == (traces.count == 4 ? [[7, 9], [8, 6]] : []))
    }
    #expect(throws: TraceError.self) { try readTexts("data: null\n\n", .llamaServer) }
  }

  @Test func `the end of one stream closes no other`() throws {
    func chunk(_ id: String, _ token: Int) -> String {
      #"data: {"id":"\#(id)","object":"c.chunk","choices":[{"index":0,"delta":{},"logprobs":{"content":[{"token_id":\#(token),"logprob":-1.0}]}}]}"#
    }
    let done = "data: [DONE]"
    let text = [
      chunk("a", 1), chunk("b", 2), done, chunk("a", 3), done, done, chunk("c", 5), chunk("c", 6), done,
    ].joined(separator: "\n\n")
    let traces = try readTexts(text, .tokenInTokenOut, lookup: nil).traces
    #expect(traces.map(\.ids) == [[1, 3], [2], [5, 6]])
  }

  @Test func `null between the events of one stream is passed over`() throws {
    let text = Self.chunks.map { "data: null\n\ndata: \($0)\n\n" }.joined()
    let plain = Self.chunks.map { "data: \($0)\n\n" }.joined()
    let format = try opened(Array(plain.utf8)).format
    #expect(try readTexts(text, format).traces.map(\.ids) == readTexts(plain, format).traces.map(\.ids))
  }

  @Test func `a record that says it is not done is no chunk`() throws {
    let record =
      #""trace_id":"NAME","prompt_token_ids":[1,9,11],"prompt_logprobs":[null,{"9":-0.25},{"11":-3.0}]"#
    for text in [#"{"done":false,\#(record)}"#, #"{\#(record),"done":false}"#] {
      let lines = ["a", "b", "c"].map { text.replacing("NAME", with: $0) }.joined(separator: "\n")
      let (file, traces) = try readTexts(lines, .promptLogprobs, lookup: nil)
      #expect(file.entries.map(\.id) == ["a", "b", "c"])
      #expect(traces.map(\.ids) == [[1, 9, 11], [1, 9, 11], [1, 9, 11]])
    }
  }

  @Test func `streams whose chunks come in turns are told apart by their names`() throws {
    func chunk(_ id: String, _ text: String) -> String {
      Self.chunk(id, Self.delta(0, Self.entry(text, -0.5)))
    }
    let plain = #"{"choices":[{"index":0,"logprobs":{"content":[\#(Self.entry("7", -0.5))]}}]}"#
    let lines = [
      chunk("a", "Hello"), chunk("b", "Hi"), chunk("a", " the"), plain, chunk("b", " a"), chunk("b", "7"),
      chunk("a", "Hi"),
    ]
    for text in [lines.joined(separator: "\n"), "[" + lines.joined(separator: ",\n") + "]"] {
      let (file, traces) = try readTexts(text, .chatCompletions)
      #expect(file.entries.map(\.line) == [1, 2, 4])
      #expect(traces.map(\.ids) == [[0, 2, 1], [1, 3, 8], [8]])
    }
    let events = [chunk("a", "Hello"), chunk("b", "Hi"), chunk("b", "7"), chunk("a", " the")]
      .map { "data: \($0)\n\n" }
    // The first DONE ends the second stream alone.
    let text = events[..<3].joined() + "data: [DONE]\n\n" + events[3] + "data: [DONE]\n\n" + events[0]
    #expect(try readTexts(text, .chatCompletions).traces.map(\.ids) == [[0, 2], [1, 8], [0]])
  }

  @Test func `SGLang's events hold what came before once more`() throws {
    func event(_ count: String, _ triples: String, _ lists: String) -> String {
      #"data: {"text":"x","meta_info":{"id":"q"\#(count),"output_token_logprobs":[\#(triples)],"output_top_logprobs":[\#(lists)]}}"#
        + "\n\n"
    }
    let (first, second) = ("[-0.25,9,null]", "[-0.5,11,null]")
    for counts in [["", ""], [#","completion_tokens":1"#, #","completion_tokens":2"#]] {
      let text =
        event(counts[0], first, "[\(first)]")
        + event(counts[1], "\(first),\(second)", "[\(first)],[\(second)]")
      let traces = try readTexts(text + "data: [DONE]\n\n", .sglang, lookup: nil).traces
      #expect(traces.map(\.ids) == [[9, 11]])
      #expect(traces[0].truncatedRows.map { $0?.emittedLogprob } == [-0.25, -0.5])
      #expect(traces[0].truncatedRows.map { $0?.tokens.map(\.rawValue) } == [[9], [11]])
    }
    // A server may be asked for what is new only.
    let new =
      event(#","completion_tokens":1"#, first, "[\(first)]")
      + event(#","completion_tokens":3"#, "\(first),\(second)", "[\(first)],[\(second)]")
    #expect(try readTexts(new, .sglang, lookup: nil).traces.map(\.ids) == [[9, 9, 11]])
  }
}

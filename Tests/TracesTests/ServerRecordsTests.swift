import Testing
import Tokenization

@testable import Traces

/// Records in the shapes of servers other than vLLM's, each small enough to check by eye.
@Suite struct ServerRecordsTests {
  private func ids(_ numbers: [Int32]) -> [TokenID] { numbers.map { TokenID($0) } }

  private func read(_ text: String, _ format: TraceFormat) throws -> (trace: Trace, rows: [TruncatedRow?]) {
    let file = try opened(Array(text.utf8))
    #expect(file.format == format)
    let trace = try file.trace(at: 0)
    guard case .truncated(let rows) = trace.rows else { return (trace, []) }
    return (trace, rows)
  }

  // MARK: SGLang

  static let sglang =
    #"{"text":"x","output_ids":[7,8],"meta_info":{"id":"a","prompt_tokens":2,"input_token_logprobs":[[null,5,"<s>"],[-5.25,6,null]],"#
    + #""output_token_logprobs":[[-0.25,7,"H"],[-4.5,8,"i"]],"output_token_logprobs_length":2,"#
    + #""input_top_logprobs":[null,[[-0.5,3,null],[-1.5,4,null]]],"#
    + #""output_top_logprobs":[[[-0.25,7,"H"],[-2.5,9,"J"]],[[-0.5,2,"k"],[-1.25,1,"l"]]]}}"#

  @Test func `candidates of servers before 2025 are probabilities after the sampler`() throws {
    let text =
      #"{"content":" foo","completion_probabilities":[{"content":" foo","probs":[{"tok_str":" foo","prob":0.75},{"tok_str":" bar","prob":0.25}]}]}"#
    #expect(try opened(Array(text.utf8)).format == .llamaServer)
    #expect(
      try messageOfReading(Array(text.utf8))
        == "trace:1: the record holds probabilities after the sampler and no logprobs. Ask llama-server without post_sampling_probs."
    )
  }

  /// An answer of llama-server: what it says it generated, and entries for some of it.
  private static func answer(tokens: String, entries: [Int], later: String = "") -> String {
    let entries = entries.map {
      #"{"id":\#($0),"token":"x","bytes":[120],"logprob":-0.\#($0),"top_logprobs":[{"id":\#($0),"token":"x","bytes":[120],"logprob":-0.\#($0)}]}"#
    }
    return
      #"{"content":"x","tokens":\#(tokens),"completion_probabilities":[\#(entries.joined(separator: ","))]\#(later)}"#
  }

  @Test func `tokens that end inside a character have no entry, and are told by the list of all`() throws {
    let (trace, rows) = try read(Self.answer(tokens: "[5,1,2,6,3,7,4]", entries: [5, 2, 6, 7]), .llamaServer)
    #expect(trace.tokens == ids([5, 1, 2, 6, 3, 7, 4]) && trace.predicted == Array(0..<7))
    #expect(rows.map { $0?.emittedLogprob } == [-0.5, nil, -0.2, -0.6, nil, -0.7, nil])
  }

  @Test(arguments: [
    (#","tokens_predicted":4"#, 2), (#","timings":{"prompt_n":9,"predicted_n":3,"predicted_ms":1.5}"#, 1),
    (#","tokens_predicted":2"#, 0), (#","tokens_predicted":1,"timings":{}"#, 0),
    (#","tokens_predicted":null,"timings":null"#, 0), (#","tokens_predicted":[7],"timings":7"#, 0),
    (#","tokens_predicted":-3,"timings":{"predicted_n":"7"}"#, 0), (#","tokens_predicted":1e300"#, 0),
    ("", 0),
  ])
  func `tokens without entries that the server counts are told`(later: String, missing: Int) throws {
    let text = Self.answer(tokens: "[]", entries: [5, 6], later: later)
    #expect(try read(text, .llamaServer).trace.missingEntries == missing)
    let facts = try opened(Array(text.utf8)).facts()
    #expect(facts.warnings.contains(.entriesMissing(tokens: missing)) == (missing > 0), "\(facts.warnings)")
  }

  @Test func `with the list of all tokens none is missing`() throws {
    let text = Self.answer(tokens: "[5,1,6]", entries: [5, 6], later: #","tokens_predicted":3"#)
    #expect(try read(text, .llamaServer).trace.missingEntries == 0)
    #expect(
      TraceWarning.entriesMissing(tokens: 2).description
        == "2 tokens that the server generated have no entry and are missing in the text: those that end inside a character, or those of a stop word. Ask for return_tokens."
    )
  }

  @Test func `an entry that can be one of two tokens belongs to neither`() throws {
    let (trace, rows) = try read(Self.answer(tokens: "[5,1,1,6]", entries: [5, 1, 6]), .llamaServer)
    #expect(trace.tokens == ids([5, 1, 1, 6]))
    #expect(rows.map { $0?.emittedLogprob } == [-0.5, nil, nil, -0.6])
  }

  @Test(arguments: ["[]", "null", "[5,6]", "[6,5,4]", #"["5","1","6"]"#, #"[{"id":5}]"#, "7", "[5,6,1.5]"])
  func `entries stand alone where no list of more tokens holds them`(tokens: String) throws {
    let (trace, rows) = try read(Self.answer(tokens: tokens, entries: [5, 6]), .llamaServer)
    #expect(trace.tokens == ids([5, 6]))
    #expect(rows.map { $0?.emittedLogprob } == [-0.5, -0.6])
  }

  @Test func `triples of an answer pair with the lists beside them`() throws {
    let (trace, rows) = try read(Self.sglang, .sglang)
    #expect(trace.tokens == ids([5, 6, 7, 8]))
    #expect(trace.promptLength == 2)
    #expect(trace.predicted == [2, 3])
    #expect(rows[0]?.tokens == ids([7, 9])[...])
    #expect(rows[0]?.unlistedCap == -2.5)
    // The list holds the two best; the emitted token stands beside it, without a rank.
    #expect(rows[1]?.tokens == ids([2, 1, 8])[...])
    #expect(rows[1]?.unlistedCap == -1.25)
    #expect(rows[1]?.emittedLogprob == -4.5)
    #expect(rows[1]?.emittedRank == nil)
  }

  /// A list that is lost would leave those behind it to other tokens.
  @Test(arguments: [
    (#"[[[-0.25,7,"H"],[-2.5,9,"J"]],[["#, "[[[", 1),
    (#"[-1.25,1,"l"]]]"#, #"[-1.25,1,"l"]],null]"#, 3),
  ])
  func `another number of lists than of triples is refused`(old: String, new: String, lists: Int) {
    let text = Self.sglang.replacing(old, with: new)
    #expect(throws: TraceError(file: "trace", line: 1, .listCount(found: lists, expected: 2))) {
      try readTexts(text, .sglang)
    }
  }

  @Test func `a scored prompt has rows from its second token on`() throws {
    let scored = Self.sglang.replacing(
      "[[-0.25,7,\"H\"],[-4.5,8,\"i\"]],\"out", with: "[[-0.25,7,\"H\"]],\"out")
    let (trace, rows) = try read("[" + scored + "]", .sglang)
    #expect(trace.tokens == ids([5, 6]))
    #expect(trace.promptLength == nil)
    #expect(trace.predicted == [1])
    #expect(rows[0]?.tokens == ids([3, 4, 6])[...])
    #expect(rows[0]?.unlistedCap == -1.5)
  }

  @Test func `an answer without prompt or lists still has its emitted tokens`() throws {
    let text =
      #"{"meta_info":{"input_token_logprobs":[],"output_token_logprobs":[[-0.25,7,null],[-3.4028234663852886e+38,8,null]],"input_top_logprobs":[]}}"#
    let (trace, rows) = try read(text, .sglang)
    #expect(trace.tokens == ids([7, 8]))
    #expect(trace.promptLength == 0)
    #expect(rows[0]?.emittedLogprob == -0.25)
    #expect(rows[0]?.unlistedCap == 0)
    #expect(rows[1]?.emittedLogprob == nil)
  }

  // MARK: llama.cpp's server

  @Test func `completion probabilities name the sampled token by its id`() throws {
    let text =
      #"{"completion_probabilities":[{"id":7,"token":"H","bytes":[72],"logprob":-0.25,"top_logprobs":[{"id":7,"token":"H","bytes":[72],"logprob":-0.25},{"id":9,"token":"J","bytes":[74],"logprob":-3.4028234663852886e+38}]},"#
      + #"{"id":8,"token":"i","bytes":[105],"logprob":0.0,"top_logprobs":[]}]}"#
    let (trace, rows) = try read(text, .llamaServer)
    #expect(trace.tokens == ids([7, 8]))
    #expect(rows[0]?.tokens == ids([7])[...])
    #expect(rows[0]?.emittedLogprob == -0.25)
    // A draft model's token: not measured.
    #expect(rows[1] == nil)
  }

  @Test func `entries that name the best token instead of the sampled one are refused`() throws {
    let text =
      #"{"choices":[{"logprobs":{"content":[{"id":7,"token":"H","logprob":-0.25,"top_logprobs":[{"id":7,"token":"H","logprob":-0.25}]}]}}]}"#
    #expect(
      try messageOfReading(Array(text.utf8))
        == "trace:1: each entry names the most probable token and not the sampled one, as mlx_lm.server writes them. Ask for logprobs without top_logprobs, or score the text with another engine."
    )
    let plain = #"{"choices":[{"logprobs":{"content":[{"id":7,"logprob":-0.25}]}}]}"#
    #expect(try read(plain, .tokenInTokenOut).trace.tokens == ids([7]))
  }

  // MARK: The older completions API

  @Test func `parallel arrays of token ids are laid side by side`() throws {
    let text =
      #"{"choices":[{"text":"x","logprobs":{"text_offset":[0,1],"tokens":["token_id:7","token_id:8"],"token_logprobs":[-0.25,-4.5],"#
      + #""top_logprobs":[{"token_id:7":-0.25,"token_id:9":-2.5},{"token_id:8":-4.5,"token_id:2":-0.5}]},"prompt_token_ids":[5]}]}"#
    let (trace, rows) = try read(text, .completions)
    #expect(trace.tokens == ids([5, 7, 8]))
    #expect(trace.promptLength == 1)
    #expect(rows[1]?.tokens == ids([2, 8])[...])
    #expect(rows[1]?.unlistedCap == -0.5)
    #expect(rows[1]?.emittedLogprob == -4.5)
  }

  @Test func `an echoed prompt is scored text`() throws {
    let text =
      #"{"choices":[{"text":"x","logprobs":{"tokens":["token_id:7","token_id:8"],"token_logprobs":[null,-4.5],"top_logprobs":[null,{"token_id:2":-0.5}]}}]}"#
    let (trace, rows) = try read(text, .completions)
    #expect(trace.tokens == ids([7, 8]))
    #expect(trace.predicted == [1] && trace.promptLength == nil)
    #expect(rows[0]?.tokens == ids([2, 8])[...])
  }

  @Test func `texts without ids are refused in every shape`() throws {
    for text in [
      #"{"choices":[{"logprobs":{"tokens":["H"],"token_logprobs":[-0.25],"top_logprobs":[{"H":-0.25}]}}]}"#,
      #"{"choices":[{"logprobs":{"tokens":["token_id:7"],"token_logprobs":[-0.25],"top_logprobs":[{"H":-0.25}]}}]}"#,
      #"{"choices":[{"logprobs":{"content":[{"token":"token_id:7","logprob":-1,"top_logprobs":[{"token":"H","logprob":-1}]}]}}]}"#,
    ] {
      #expect(
        try messageOfReading(Array(text.utf8))?.contains("by their text and not by their ids") == true,
        "\(text)")
    }
  }

  @Test(arguments: [
    #"{"bytes":[72],"id":7,"logprob":-0.5,"token":"H","top_logprobs":[{"bytes":[72],"id":7,"logprob":-0.5,"token":"H"}]}"#,
    #"{"id":7,"bytes":[72],"top_logprobs":[{"id":7,"bytes":[72],"logprob":-0.5,"token":"H"}],"logprob":-0.5,"token":"H"}"#,
  ])
  func `entries of llama-server are known whatever their order`(entry: String) throws {
    let (trace, rows) = try read(#"{"completion_probabilities":[\#(entry)]}"#, .llamaServer)
    #expect(trace.tokens == ids([7]))
    #expect(rows[0]?.emittedLogprob == -0.5)
  }
}

import Testing
import Tokenization

@testable import Traces

/// Lists that engines flatten, and servers that keep tokens and lists apart.
@Suite struct FlatRecordsTests {
  private func read(_ text: String, _ format: TraceFormat) throws -> (trace: Trace, rows: [TruncatedRow?]) {
    let trace = try readTexts(text, format, lookup: nil).traces[0]
    return (trace, trace.truncatedRows)
  }

  // MARK: SGLang

  static let sglang =
    #"{"text":"x","meta_info":{"input_token_logprobs":[[null,5,null],[-5.25,6,null]],"output_token_logprobs":[[-0.25,7,null],[-4.5,8,null]],"#
    + #""input_top_logprobs_val_flat":[-0.5,-1.5],"input_top_logprobs_idx_flat":[3,4],"input_top_logprobs_shape":[1,2],"input_top_logprobs_null_prefix":1,"#
    + #""output_top_logprobs_val_flat":[-0.25,-2.5,-0.5,-1.25],"output_top_logprobs_idx_flat":[7,9,2,1],"output_top_logprobs_shape":[2,2]}}"#

  static let packed =
    #"{"text":"x","meta_info":{"input_token_logprobs":[],"output_token_logprobs":[[-0.25,7,null],[-4.5,8,null]],"#
    // numpy.array([-0.25, -2.5, -0.5, -1.25], "<f4").tobytes() and numpy.array([7, 9, 2, 1], "<i4").tobytes()
    + #""output_top_logprobs_val_flat_b64":"AACAvgAAIMAAAAC/AACgvw==","output_top_logprobs_val_flat_b64_dtype":"float32","#
    + #""output_top_logprobs_idx_flat_b64":"BwAAAAkAAAACAAAAAQAAAA==","output_top_logprobs_idx_flat_b64_dtype":"int32","output_top_logprobs_shape":[2,2]}}"#

  @Test func `flat lists are the lists of triples`() throws {
    let (trace, rows) = try read(Self.sglang, .sglang)
    #expect(trace.ids == [5, 6, 7, 8] && trace.predicted == [2, 3])
    #expect(rows.map { $0?.tokens.map(\.rawValue) } == [[7, 9], [2, 1, 8]])
    #expect(rows.map { $0?.unlistedCap } == [-2.5, -1.25])
    let scored = Self.sglang.replacing("[[-0.25,7,null],[-4.5,8,null]]", with: "[]").replacing(
      "[2,2]", with: "[0,2]"
    )
    .replacing("[-0.25,-2.5,-0.5,-1.25]", with: "[]").replacing("[7,9,2,1]", with: "[]")
    let prompt = try read(scored, .sglang)
    #expect(prompt.trace.ids == [5, 6] && prompt.trace.predicted == [1])
    #expect(prompt.rows[0]?.tokens.map(\.rawValue) == [3, 4, 6])
  }

  @Test func `packed lists are floats of 32 bits`() throws {
    let (trace, rows) = try read(Self.packed, .sglang)
    #expect(trace.ids == [7, 8])
    #expect(rows.map { $0?.tokens.map(\.rawValue) } == [[7, 9], [2, 1, 8]])
    #expect(rows[1]?.logprobs == [-0.5, -1.25, -4.5])
  }

  @Test(arguments: [
    ("[2,2]", "[3,2]", "a shape of at most 2 rows"),
    ("[2,2]", "[2,3]", "as many logprobs and ids as the shape [2, 3] asks for"),
    ("[2,2]", "[2,4503599627370496]", "as many logprobs and ids as the shape [2, 4503599627370496] asks for"),
    ("[2,2]", "[4]", "a shape of at most 2 rows"),
    ("[2,2]", "[-1,2]", "a shape of at most 2 rows"),
    ("AACAvgAAIMAAAAC/AACgvw==", "AACAvgAAIMA=", "as many logprobs and ids as the shape [2, 2] asks for"),
    ("AACAvgAAIMAAAAC/AACgvw==", "AAC*", "base64 of numbers of 4 bytes"),
    ("AACAvgAAIMAAAAC/AACgvw==", "AACA", "base64 of numbers of 4 bytes"),
    ("BwAAAAkAAAACAAAAAQAAAA==", "BwAAAAkAAAACAAAA/////w==", "a token id from 0 to 2147483647"),
  ])
  func `flat lists that do not fit together are refused`(old: String, new: String, what: String) throws {
    let message = try messageOfReading(Array(Self.packed.replacing(old, with: new).utf8))
    #expect(message?.contains("\(what) is expected") == true, "\(message ?? "read")")
  }

  @Test func `more empty rows than tokens are refused`() throws {
    let text = Self.sglang.replacing("null_prefix\":1", with: "null_prefix\":2000000000000")
    #expect(try messageOfReading(Array(text.utf8))?.contains("a shape of at most 2 rows") == true)
  }

  // MARK: vLLM

  /// The emitted token comes first and again in the list; the first copy counts ties against it.
  static let flat =
    #"{"prompt_token_ids":[5,6,7],"prompt_logprobs":{"start_indices":[0,0,3],"end_indices":[0,3,6],"token_ids":[6,1,6,7,2,4],"#
    + #""logprobs":[-1.2039728164672852,-1.2039728164672852,-1.2039728164672852,-3.5,-0.25,-2.5],"ranks":[2,1,2,9,1,2],"decoded_tokens":["a","b","a","c","d","e"]},"outputs":[]}"#

  @Test func `flat logprobs are rows, each token once`() throws {
    let (trace, rows) = try read(Self.flat, .promptLogprobs)
    #expect(trace.ids == [5, 6, 7] && trace.predicted == [1, 2])
    #expect(rows.map { $0?.tokens.map(\.rawValue) } == [[1, 6], [2, 4, 7]])
    #expect(rows[1]?.unlistedCap == -2.5 && rows[1]?.emittedRank == 9)
    // Nothing is strictly more probable than token 6.
    #expect(rows[0]?.emittedRank == 1)
  }

  @Test(arguments: [
    ("\"start_indices\":[0,0,3]", "\"start_indices\":[0,0,2]"),
    ("\"end_indices\":[0,3,6]", "\"end_indices\":[0,3,7]"),
    ("\"end_indices\":[0,3,6]", "\"end_indices\":[0,3,5]"),
    ("\"end_indices\":[0,3,6]", "\"end_indices\":[0,3]"),
    ("\"ranks\":[2,1,2,9,1,2]", "\"ranks\":[2,1,2]"),
    ("\"token_ids\":[6,1,6,7,2,4]", "\"token_ids\":[6,1,6,7,2]"),
    ("\"token_ids\":[6,1,6,7,2,4]", "\"token_ids\":[6,1,6,7,2,-4]"),
  ])
  func `flat logprobs that do not fit together are refused`(old: String, new: String) throws {
    let message = try messageOfReading(Array(Self.flat.replacing(old, with: new).utf8))
    #expect(
      message?.contains("is expected. Write the file with a JSON library.") == true, "\(message ?? "read")")
  }

  @Test func `an answer's logprobs may be flat too`() throws {
    let text =
      #"{"prompt_token_ids":[5],"outputs":[{"token_ids":[7],"logprobs":{"start_indices":[0],"end_indices":[2],"token_ids":[7,9],"logprobs":[-0.5,-1.5],"ranks":[1,2],"decoded_tokens":[null,null]}}]}"#
    let (trace, rows) = try read(text, .promptLogprobs)
    #expect(trace.ids == [5, 7] && trace.promptLength == 1)
    #expect(rows[0]?.tokens.map(\.rawValue) == [7, 9])
  }

  // MARK: text-generation-inference

  static let textGeneration =
    #"{"generated_text":"x","details":{"finish_reason":"length","generated_tokens":2,"seed":1,"prefill":[{"id":5,"text":"<s>","logprob":null},{"id":6,"text":"q","logprob":-3.5}],"#
    + #""tokens":[{"id":7,"text":"x","logprob":-2.5,"special":false},{"id":8,"text":"y","logprob":-0.5,"special":false}],"#
    + #""top_tokens":[[{"id":9,"text":"z","logprob":-0.25,"special":false}],[{"id":8,"text":"y","logprob":-0.5,"special":false}]],"#
    + #""best_of_sequences":[{"generated_text":"z","finish_reason":"length","prefill":[],"tokens":[{"id":4,"text":"z","logprob":-1.5,"special":false}]}]}}"#

  @Test func `details hold prompt, answer and lists`() throws {
    let (file, traces) = try readTexts("[\(Self.textGeneration)]", .textGeneration, lookup: nil)
    #expect(file.entries.count == 2)
    #expect(traces.map(\.ids) == [[5, 6, 7, 8], [4]])
    #expect(traces[0].promptLength == 2 && traces[0].predicted == [2, 3])
    #expect(traces[0].truncatedRows.map { $0?.tokens.map(\.rawValue) } == [[9, 7], [8]])
    #expect(traces[0].truncatedRows.map { $0?.unlistedCap } == [-0.25, 0])
  }

  @Test func `another number of lists than of tokens is refused`() throws {
    let text = Self.textGeneration.replacing(
      #"[{"id":9,"text":"z","logprob":-0.25,"special":false}],"#, with: "")
    let message = try messageOfReading(Array(text.utf8))
    #expect(
      message?.contains("there is 1 list of likely tokens beside the tokens of a text, but 2 are expected")
        == true)
  }

  @Test func `a prefill behind which one token was generated is scored text`() throws {
    let text = Self.textGeneration.replacing(
      #",{"id":8,"text":"y","logprob":-0.5,"special":false}],"top"#, with: #"],"top"#)
    let (trace, rows) = try read(text, .textGeneration)
    #expect(trace.ids == [5, 6] && trace.predicted == [1])
    #expect(rows[0]?.emittedLogprob == -3.5)
  }

  // MARK: llama.cpp

  @Test func `probabilities after the sampler are refused`() throws {
    let text =
      #"{"completion_probabilities":[{"id":7,"token":"H","bytes":[72],"prob":0.5,"top_probs":[{"id":7,"token":"H","bytes":[72],"prob":0.5}]}]}"#
    #expect(
      try messageOfReading(Array(text.utf8))
        == "trace:1: the record holds probabilities after the sampler and no logprobs. Ask llama-server without post_sampling_probs."
    )
  }

  @Test func `tokens of a draft model are not measured in chat answers either`() throws {
    let text =
      #"{"choices":[{"logprobs":{"content":[{"id":7,"token":"H","bytes":[72],"logprob":-0.25,"top_logprobs":[{"id":7,"token":"H","bytes":[72],"logprob":-0.25}]},"#
      + #"{"id":8,"token":"i","bytes":[105],"logprob":0.0,"top_logprobs":[]}]}}]}"#
    let (trace, rows) = try read(text, .tokenInTokenOut)
    #expect(trace.ids == [7, 8])
    #expect(rows[0] != nil && rows[1] == nil)
  }

  @Test func `flat lists are known whatever member comes first`() throws {
    let text =
      #"{"request_id":"r","prompt_token_ids":[1,9],"prompt_logprobs":{"decoded_tokens":["a","b"],"end_indices":[0,2],"logprobs":[-0.25,-2.5],"ranks":[1,2],"start_indices":[0,0],"token_ids":[9,13]}}"#
    let (trace, rows) = try read(text, .promptLogprobs)
    #expect(trace.ids == [1, 9])
    #expect(rows[0]?.tokens.map(\.rawValue) == [9, 13] && rows[0]?.emittedLogprob == -0.25)
  }
}

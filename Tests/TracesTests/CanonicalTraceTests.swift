import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Traces

@Suite struct CanonicalTraceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The trace after it was written and read again.
  private func written(
    _ trace: Trace, metadata: [String: String] = [:], encoding: DenseRow.Encoding? = nil
  ) throws -> (trace: Trace, file: TraceFile) {
    let path = folder.file("\(UUID().uuidString).safetensors")
    try CanonicalTrace(trace, metadata: metadata, encoding: encoding).write(to: path)
    let file = try TraceFile(path: path)
    return (try file.trace(at: 0), file)
  }

  private func expectSame(_ a: Trace, _ b: Trace) {
    #expect(a.tokens == b.tokens && a.promptLength == b.promptLength && a.predicted == b.predicted)
    #expect(a.id == b.id && a.model == b.model && a.task == b.task && a.prompt == b.prompt)
    #expect(a.masked == b.masked)
    switch (a.rows, b.rows) {
    case (.truncated(let x), .truncated(let y)): #expect(x == y)
    case (.dense(let x), .dense(let y)): #expect(x.map { $0.scores() } == y.map { $0.scores() })
    default: Issue.record("one is dense, the other is not")
    }
  }

  @Test(arguments: [
    "traces/sft-on-sft.jsonl", "traces/rl-on-rl.jsonl", "doubtful/top-p.jsonl", "doubtful/processed.jsonl",
    "dense/arith-010.base.sft.safetensors", "llama.cpp/tiny_base.kld",
  ])
  func `a trace survives the canonical form to the bit`(name: String) throws {
    let file = try TraceFile(path: TestFiles.sample(name))
    for index in file.entries.indices {
      let trace = try file.trace(at: index)
      let copy = try written(trace, metadata: file.metadata)
      expectSame(trace, copy.trace)
      #expect(file.metadata.allSatisfy { copy.file.metadata[$0.key] == $0.value || $0.key == "values" })
    }
  }

  @Test func `rows that are missing, masked, capped and of unknown rank survive`() throws {
    func row(_ tokens: [Int32], _ logprobs: [Double], cap: Double, emitted: Double?, rank: Int?)
      -> TruncatedRow
    {
      TruncatedRow(
        tokens: tokens.map { TokenID($0) }[...], logprobs: logprobs[...], unlistedCap: cap,
        emittedLogprob: emitted, emittedRank: rank, precision: 0.1 + 0.2)
    }
    let trace = Trace(
      id: "a \"b\"", model: "m", task: "t", prompt: "p", tokens: [5, 6, 7, 8, 9, 7].map { TokenID($0) },
      promptLength: nil, predicted: [1, 2, 3, 4, 5],
      rows: .truncated([
        nil, row([7, 3], [-0.1, -3.5], cap: -3.5, emitted: -0.1, rank: 1),
        // The emitted token is not among the most probable.
        row([3, 8], [-0.1, -9.5], cap: -0.1, emitted: -9.5, rank: 412),
        row([3], [-0.1], cap: -0.1, emitted: nil, rank: nil), row([7], [-2], cap: 0, emitted: -2, rank: nil),
      ]), masked: [1])
    expectSame(trace, try written(trace, metadata: ["temperature": "0.7"]).trace)
    #expect(try written(trace, metadata: ["temperature": "0.7"]).file.metadata["temperature"] == "0.7")
    let line = JSONLTrace(trace, top: 20).line
    var masked = trace
    masked.masked = []
    guard case .truncated(var rows) = trace.rows else { return }
    rows[1] = nil
    let back = try opened(Array(line)).trace(at: 0)
    guard case .truncated(let read) = back.rows else { return }
    #expect(back.tokens == trace.tokens && back.predicted == trace.predicted)
    for (a, b) in zip(rows, read) {
      #expect(a?.tokens == b?.tokens && a?.logprobs == b?.logprobs && a?.emittedRank == b?.emittedRank)
      #expect(a?.emittedLogprob == b?.emittedLogprob && a?.unlistedCap == b?.unlistedCap)
    }
  }

  @Test func `a list of the whole vocabulary becomes a dense row, and a small one`() throws {
    let width = 1000
    var generator = SplitMix64(seed: 3)
    let scores = (0..<width).map { _ in Float(generator.normal()) }
    let sum = log(scores.reduce(0.0) { $0 + exp(Double($1)) })
    let list = scores.enumerated().map { "\"\($0)\":{\"logprob\":\(Float(Double($1) - sum))}" }
    let text =
      "{\"trace_id\":\"a\",\"prompt_token_ids\":[4,5],\"prompt_logprobs\":[null,{\(list.joined(separator: ","))}]}"
    let trace = try opened(Array(text.utf8)).trace(at: 0)
    let copy = try written(trace).trace
    guard case .dense(let rows) = copy.rows, rows.count == 1 else {
      Issue.record("not dense")
      return
    }
    #expect(rows[0].scores() == scores.map { Float(Double($0) - sum) })
    let half = try written(trace, encoding: .float16)
    #expect(
      try FileManager.default.attributesOfItem(atPath: half.file.path)[.size] as? Int ?? 0 < 2 * width + 500)
    guard case .dense(let halves) = half.trace.rows else { return }
    // Half precision keeps eleven bits; the largest score is stored as 0.
    #expect(halves[0].scores().max() == 0)
    let largest = scores.max() ?? 0
    for (a, b) in zip(scores, halves[0].scores()) {
      #expect(abs((a - largest) - b) <= abs(b) * 0x1p-11 + 1e-5)
    }
  }

  // MARK: What must not get lost

  /// The rows of a record after either form was written and read again.
  private func rewritten(_ trace: Trace) throws -> [[TruncatedRow?]] {
    [
      try written(trace).trace.truncatedRows,
      try opened(Array(JSONLTrace(trace, top: 20).line)).trace(at: 0).truncatedRows,
    ]
  }

  @Test func `a listed token that could not be told still caps those outside the list`() throws {
    func list(_ entries: (String, Double)...) -> String {
      entries.map { #"{"token":"\#($0)","logprob":\#($1),"bytes":null}"# }.joined(separator: ",")
    }
    let text =
      #"{"choices":[{"index":0,"logprobs":{"content":[{"token":" the","logprob":-0.5,"bytes":null,"top_logprobs":[\#(list((" the", -0.5), ("a", -1.25), ("Hi", -2.5)))]},"#
      + #"{"token":"Hello","logprob":-0.75,"bytes":null,"top_logprobs":[\#(list(("Hello", -0.75), ("Hi", -3.5)))]}]}}]}"#
    let trace = try readTexts(text, .chatCompletions).traces[0]
    // Two ids share the bytes of "a".
    #expect(trace.truncatedRows.map { $0?.unlistedCap } == [-1.25, -3.5])
    for rows in try rewritten(trace) { #expect(rows.map { $0?.unlistedCap } == [-1.25, -3.5]) }
    let line = String(decoding: JSONLTrace(trace, top: 20).line, as: UTF8.self)
    #expect(line.hasSuffix("]}}],\"unlisted_caps\":[-1.25,null]}\n"))
    var scored = trace
    (scored.promptLength, scored.tokens) = (nil, [TokenID(3)] + trace.tokens)
    scored.predicted = [1, 2]
    for rows in try rewritten(scored) { #expect(rows.map { $0?.unlistedCap } == [-1.25, -3.5]) }
  }

  @Test func `a list with a hole in it caps nothing`() throws {
    let text =
      #"{"prompt_token_ids":[1],"choices":[{"token_ids":[13],"logprobs":{"content":[{"token_id":13,"logprob":-0.5,"rank":1,"top_logprobs":[{"token_id":13,"logprob":-0.5},{"token_id":9,"logprob":null},{"token_id":7,"logprob":-3.0}]}]}}]}"#
    let trace = try opened(Array(text.utf8)).trace(at: 0)
    #expect(trace.truncatedRows[0]?.unlistedCap == 0)
    for rows in try rewritten(trace) { #expect(rows[0]?.unlistedCap == 0) }
  }

  @Test func `a rank stays where the digits of the source did not tell ties apart`() throws {
    let text =
      #"{"prompt_token_ids":[1],"choices":[{"token_ids":[13],"logprobs":{"content":[{"token_id":13,"logprob":-0.69,"rank":2,"top_logprobs":[{"token_id":9,"logprob":-0.69,"rank":1},{"token_id":13,"logprob":-0.69,"rank":2},{"token_id":14,"logprob":-5.0,"rank":3}]}]}}]}"#
    let trace = try opened(Array(text.utf8)).trace(at: 0)
    #expect(trace.truncatedRows[0]?.emittedRank == 2)
    for rows in try rewritten(trace) { #expect(rows[0]?.emittedRank == 2) }
  }

  @Test(arguments: [("-1.5", true), ("-1.4", false), ("-0.7", true)])
  func `a list of the first ids is the whole vocabulary only with all of the probability`(
    second: String, isList: Bool
  ) throws {
    // e^−0.283 + e^−1.4 = 1.0001; beside e^−0.7 the sum is 1.25.
    let text =
      #"{"prompt_token_ids":[1,0],"prompt_logprobs":[null,{"0":{"logprob":-0.283,"rank":1},"1":{"logprob":\#(second),"rank":2}}]}"#
    let rows = try written(try opened(Array(text.utf8)).trace(at: 0)).trace.rows
    if case .truncated = rows { #expect(isList) } else { #expect(!isList) }
  }

  // MARK: Dense rows

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `the largest are found as by sorting all`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let size = Int.random(in: 1...400, using: &generator)
    // Few different numbers, so that many tie.
    let numbers = (0..<size).map { _ in
      Int.random(in: 0..<9, using: &generator) == 0
        ? -.infinity : Float(Int.random(in: 0..<40, using: &generator))
    }
    let count = Int.random(in: 1...60, using: &generator)
    let sorted = numbers.indices.sorted {
      numbers[$0] > numbers[$1] || (numbers[$0] == numbers[$1] && $0 < $1)
    }
    #expect(largestPlaces(count, of: numbers) == Array(sorted.prefix(count)), "seed \(seed)")
    #expect(largestPlaces(count, of: numbers.sorted()).count == min(count, size))
  }

  @Test func `dense rows without a distribution are none in lines of JSON`() throws {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [5], [0, 1, 0, 1, 0] as [Int32])
    builder.add(
      "logits", "F32", [4, 2], [0, 0, .nan, 1, .infinity, 1, -.infinity, -.infinity] as [Float])
    let line = JSONLTrace(try opened(builder.bytes).trace(at: 0), top: 1).line
    #expect(
      String(decoding: line, as: UTF8.self)
        == #"{"prompt_token_ids":[0,1,0,1,0],"prompt_logprobs":[null,{"1":{"logprob":-0.6931471805599453,"rank":1},"0":{"logprob":-0.6931471805599453}},null,null,null]}"#
        + "\n")
  }
}

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
      #expect(a?.emittedLogprob == b?.emittedLogprob)
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
}

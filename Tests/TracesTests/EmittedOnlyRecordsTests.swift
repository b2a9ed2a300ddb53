import Foundation
import Testing
import Tokenization

@testable import Traces

/// Files that know nothing but the emitted token of each position.
@Suite struct EmittedOnlyRecordsTests {
  // MARK: Losses

  static let losses =
    #"{"model":"Qwen/Qwen3-14B-base","dataset":"finetuned_model_response/UniReason-RL_ifeval.jsonl","results":["#
    + #"{"avg_loss":0.41,"perplexity":1.5,"token_losses":[{"loss":0.0123,"token":" the","rank":1},{"loss":6.5,"token":"Hi","rank":12}]},null,"#
    + #"{"avg_loss":0.0,"perplexity":0.0,"token_losses":[],"error":"out of memory"},"#
    + #"{"avg_loss":1,"perplexity":2.7,"token_losses":[{"loss":1,"token":"\ufffd","rank":1}]}],"average_perplexity":1.62}"#

  private func open(_ text: String) throws -> TraceFile {
    try TraceFile(
      ByteStorage(copying: Array(text.utf8)), path: "trace", tensor: nil, lookup: TextVocabulary.lookup)
  }

  @Test func `each result is a sequence that is named by its dataset and place`() throws {
    let file = try open(Self.losses)
    let dataset = "finetuned_model_response/UniReason-RL_ifeval.jsonl"
    #expect(file.format == .tokenLosses)
    #expect(file.entries.map(\.id) == ["\(dataset)#0", "\(dataset)#2", "\(dataset)#3"])
    #expect(file.entries.allSatisfy { $0.model == "Qwen/Qwen3-14B-base" })
  }

  @Test func `a loss is a logprob, and its rank caps the other tokens`() throws {
    let trace = try open(Self.losses).trace(at: 0)
    #expect(trace.ids == [2, 1])
    #expect(trace.predicted == [0, 1] && trace.promptLength == 0)
    // Each answers a prompt of its own, which the file does not hold.
    #expect(trace.prompt == trace.id)
    let rows = trace.truncatedRows
    #expect(rows[0]?.emittedLogprob == -0.0123 && rows[0]?.emittedRank == 1)
    #expect(rows[0]?.tokens.map(\.rawValue) == [2] && rows[0]?.unlistedCap == -0.0123)
    // Of the eleven tokens before it, nothing is known.
    #expect(rows[1]?.emittedLogprob == -6.5 && rows[1]?.emittedRank == 12)
    #expect(rows[1]?.tokens.map(\.rawValue) == [1] && rows[1]?.unlistedCap == 0)
    #expect(rows[0]?.precision == 0.00005 + Double(Float(0.0123).ulp) / 2)
  }

  @Test func `what failed or cannot be told is refused alone`() throws {
    let file = try open(Self.losses)
    let dataset = "finetuned_model_response/UniReason-RL_ifeval.jsonl"
    #expect(
      throws: TraceError(
        file: "trace", line: 1, sequence: "\(dataset)#2", .failedRequest(reason: "out of memory"))
    ) { try file.trace(at: 1) }
    #expect(
      throws: TraceError(
        file: "trace", line: 1, sequence: "\(dataset)#3", .unknownText("\u{FFFD}", index: 0, candidates: 4))
    ) { try file.trace(at: 2) }
  }

  @Test func `a pair of loss files gives logprobs and ranks of the same tokens`() throws {
    let tuned = Self.losses.replacing("6.5", with: "0.5").replacing("\"rank\":12", with: "\"rank\":1")
    let pair = try TracePair(reference: open(Self.losses).trace(at: 0), tuned: open(tuned).trace(at: 0))
    #expect(pair.positions.map(\.position) == [0, 1])
    #expect(pair.tuned.truncatedRows[1]?.emittedLogprob == -0.5)
  }

  @Test func `an infinite loss is a probability of 0, none is not known`() throws {
    let text = Self.losses.replacing("0.0123", with: "Infinity").replacing("6.5", with: "NaN")
    let rows = try open(text).trace(at: 0).truncatedRows
    #expect(rows[0]?.emittedLogprob == -.infinity)
    #expect(rows[1]?.emittedLogprob == nil)
  }

  // MARK: prime-rl

  static let export =
    #"{"schema_version":1,"step":3,"rank":0,"micro_step":1,"micro_sequence_idx":0,"export_sequence_idx":5,"env_name":"math","token_ids":[5,6,7,8,9],"position_ids":[0,1,2,3,4],"#
    + #""loss_mask":[false,false,true,false,true],"advantages":[0,0,1,0,1],"inference_logprobs":[0.0,0.0,-0.5,0.0,-0.25],"#
    + #""trainer_logprobs":[-11.93,-2.5,-0.625,-1.5,null],"entropy":[11.93,1,1,1,1],"mismatch_kl":[null,null,0.01,null,null]}"#

  @Test func `an export has the trainer's logprobs, without the filler of the first token`() throws {
    let file = try open(Self.export + "\n")
    #expect(file.format == .tokenExport)
    #expect(file.entries == [TraceEntry(id: "3.0.1.5", task: "math", line: 1)])
    let trace = try file.trace(at: 0)
    #expect(trace.ids == [5, 6, 7, 8, 9])
    #expect(trace.promptLength == 2)
    #expect(trace.predicted == [1, 2, 3, 4])
    #expect(trace.truncatedRows.map { $0?.emittedLogprob } == [-2.5, -0.625, -1.5, nil])
    #expect(trace.truncatedRows[3] == nil)
    // Tokens 1 and 3 do not count.
    #expect(trace.masked == [0, 2])
    #expect(try TracePair(reference: trace, tuned: trace).positions.map(\.position) == [0])
  }

  @Test func `a mask of another length is refused`() throws {
    let text = Self.export.replacing("[false,false,true,false,true]", with: "[false,true]")
    #expect(
      throws: TraceError(file: "trace", line: 1, sequence: "3.0.1.5", .rowCount(found: 2, expected: 5))
    ) { try open(text).trace(at: 0) }
  }

  // MARK: verifiers

  static let episode =
    #"{"id":"e1","env":{"id":"x"},"task":{"name":"t"},"ok":true,"traces":[{"id":"t0","version":1,"nodes":["#
    + #"{"parent":null,"message":{"role":"user","content":"q"},"sampled":false,"token_ids":[5,6],"mask":[false,false],"logprobs":[]},"#
    + #"{"parent":0,"message":{"role":"assistant"},"sampled":true,"token_ids":[7,8,9],"mask":[true,true,false],"logprobs":[-0.5,-0.0123]},"#
    + #"{"parent":0,"message":{"role":"assistant"},"sampled":true,"token_ids":[4],"mask":[true],"logprobs":[-1.5]},"#
    + #"{"parent":1,"message":{"role":"user"},"sampled":false,"token_ids":[3],"mask":[false],"logprobs":[]}]}]}"#

  @Test func `each branch of the messages is a sequence`() throws {
    let file = try open(Self.episode)
    #expect(file.format == .rollout)
    #expect(file.entries.map(\.id) == ["e1#0#0", "e1#0#1"])
    let short = try file.trace(at: 0)
    #expect(short.ids == [5, 6, 4])
    #expect(short.promptLength == 2)
    let long = try file.trace(at: 1)
    #expect(long.ids == [5, 6, 7, 8, 9, 3])
    #expect(long.promptLength == 2)
    // Logprobs belong to the tokens under the mask; rounded to four decimals.
    #expect(long.truncatedRows.map { $0?.emittedLogprob } == [nil, -0.5, -0.0123, nil, nil])
    #expect(long.truncatedRows[1]?.precision == 0.00005 + Double(Float(0.5).ulp) / 2)
    #expect(long.masked == [0, 3, 4])
  }

  @Test(arguments: [
    (
      #""parent":1,"#, #""parent":3,"#,
      TraceError.Problem.json(.expected("a parent that stands before its message"), column: 463)
    ),
    ("[-0.5,-0.0123]", "[-0.5]", .rowCount(found: 1, expected: 2)),
    ("[true,true,false]", "[true,true]", .rowCount(found: 2, expected: 3)),
  ])
  func `a tree that does not fit together is refused`(
    old: String, new: String, problem: TraceError.Problem
  ) throws {
    let file = try open(Self.episode.replacing(old, with: new))
    do throws(TraceError) {
      _ = try file.trace(at: file.entries.count - 1)
      Issue.record("\(new) was read")
    } catch {
      #expect(error.problem == problem)
    }
  }
}

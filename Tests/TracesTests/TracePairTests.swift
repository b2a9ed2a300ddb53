import Testing
import Tokenization
@testable import Traces

@Suite struct TracePairTests {
  private func ids(_ numbers: [Int32]) -> [TokenID] { numbers.map { TokenID($0) } }

  /// A trace whose rows list one token each; nil stands for an empty row.
  private func trace(
    _ tokens: [Int32] = [1, 2, 3, 4, 5], promptLength: Int? = 2, predicted: [Int] = [2, 3, 4],
    empty: Set<Int> = [],
    masked: [Int] = [], file: String = "base.jsonl"
  ) -> Trace {
    let rows = predicted.map { index -> TruncatedRow? in
      guard !empty.contains(index) else { return nil }
      return TruncatedRow(
        tokens: [TokenID(tokens[index])], logprobs: [-1], unlistedCap: -1, emittedLogprob: -1, emittedRank: 1,
        precision: 5e-7)
    }
    return Trace(
      id: "math-1", tokens: ids(tokens), promptLength: promptLength, predicted: predicted,
      rows: .truncated(rows),
      masked: masked, file: file, line: 7)
  }

  private func dense(_ vocabularySize: Int, file: String) -> Trace {
    let storage = ByteStorage(copying: [UInt8](repeating: 0, count: 4 * vocabularySize))
    let row = DenseRow(storage: storage, offset: 0, count: vocabularySize, encoding: .float32)
    return Trace(
      id: "math-1", tokens: ids([0, 1]), promptLength: nil, predicted: [1], rows: .dense([row]), file: file)
  }

  private func message(_ reference: Trace, _ tuned: Trace) -> String? {
    do throws(TraceError) {
      _ = try TracePair(reference: reference, tuned: tuned)
      return nil
    } catch { return error.description }
  }

  // MARK: Alignment

  @Test func `positions count from the first response token`() throws {
    let pair = try TracePair(reference: trace(), tuned: trace(predicted: [1, 2, 3, 4]))
    #expect(pair.promptLength == 2)
    #expect(
      pair.positions == [
        TracePair.Position(position: 0, tokenID: TokenID(3), referenceRow: 0, tunedRow: 1),
        TracePair.Position(position: 1, tokenID: TokenID(4), referenceRow: 1, tunedRow: 2),
        TracePair.Position(position: 2, tokenID: TokenID(5), referenceRow: 2, tunedRow: 3),
      ])
    #expect(pair.omitted.total == 0)
  }

  @Test func `what is missing or masked is left out and counted`() throws {
    let reference = trace([1, 2, 3, 4, 5, 6, 7], predicted: [2, 3, 4, 6], empty: [3])
    let tuned = trace([1, 2, 3, 4, 5, 6, 7], predicted: [2, 3, 6], masked: [0])
    let pair = try TracePair(reference: reference, tuned: tuned)
    #expect(pair.positions.map(\.position) == [4])
    #expect(pair.omitted.masked == 1)
    #expect(pair.omitted.missingInReference == 1)
    #expect(pair.omitted.missingInTuned == 1)
    #expect(pair.omitted.missingInBoth == 1)
  }

  @Test func `a prompt length that one file knows holds for both`() throws {
    let pair = try TracePair(reference: trace(promptLength: nil), tuned: trace(promptLength: 3))
    #expect(pair.promptLength == 3)
    #expect(pair.positions.map(\.tokenID) == ids([4, 5]))
  }

  @Test func `without a prompt length the first row begins the response`() throws {
    let pair = try TracePair(
      reference: trace(promptLength: nil), tuned: trace(promptLength: nil, predicted: [1, 2, 3, 4]))
    #expect(pair.promptLength == 1)
    #expect(pair.positions.map(\.position) == [1, 2, 3])
    #expect(pair.omitted.missingInReference == 1)
  }

  // MARK: Refusals

  @Test func `different tokens are refused at the first difference`() {
    #expect(
      message(trace(), trace([1, 2, 9, 8, 5], file: "sft.jsonl"))
        == "base.jsonl:7: sequence \"math-1\": token 2 has the id 3, but 9 in sft.jsonl. Score the same token ids with both models."
    )
  }

  @Test func `different lengths and prompts are refused with both`() {
    #expect(
      message(trace(), trace([1, 2, 3, 4], predicted: [2, 3], file: "sft.jsonl"))
        == "base.jsonl:7: sequence \"math-1\": the sequence has 5 tokens, but 4 in sft.jsonl. Score the same token ids with both models."
    )
    #expect(
      message(trace(), trace(promptLength: 1, file: "sft.jsonl"))
        == "base.jsonl:7: sequence \"math-1\": the prompt has 2 tokens, but 1 in sft.jsonl. Cut the prompt at the same token for both models."
    )
  }

  @Test func `different vocabularies are refused with both sizes`() {
    #expect(
      message(dense(4, file: "base.safetensors"), dense(5, file: "sft.safetensors"))
        == "base.safetensors: sequence \"math-1\": a row has 4 scores, but 5 in sft.safetensors. Compare models that share one vocabulary, and cut padding from both alike."
    )
    #expect(message(dense(4, file: "a"), dense(4, file: "b")) == nil)
  }

  @Test func `traces without a common position are refused`() {
    #expect(
      message(trace(predicted: [2]), trace(predicted: [3], file: "sft.jsonl"))
        == "base.jsonl:7: sequence \"math-1\": no response token has a row both here and in sft.jsonl. Keep the logprobs of the same tokens for both models."
    )
  }

  @Test(
    arguments: [
      ("nan-reference.safetensors", "nan-tuned.safetensors", nil),
      (
        "vocabulary-reference.safetensors", "vocabulary-tuned.safetensors",
        "vocabulary-reference.safetensors: sequence \"tiny\": a row has 4 scores, but 5 in vocabulary-tuned.safetensors."
      ),
      (
        "whole.safetensors", "other-tokens.safetensors",
        "whole.safetensors: sequence \"tiny\": token 2 has the id 0, but 1 in other-tokens.safetensors."
      ),
    ] as [(String, String, String?)])
  func `the broken pairs are refused, but for the one that only the kernel can see`(
    reference: String, tuned: String, statement: String?
  ) throws {
    let message = message(
      try TraceFile(path: TestFiles.broken(reference)).trace(at: 0),
      try TraceFile(path: TestFiles.broken(tuned)).trace(at: 0))
    let folder = TestFiles.broken("") + "/"
    #expect((message == nil) == (statement == nil))
    if let statement { #expect(message?.replacing(folder, with: "").hasPrefix(statement) == true) }
  }
}

import Foundation
import Testing
import Tokenization

@testable import Traces

/// Batches, listed scores and NumPy archives: what tensors of any container share.
@Suite struct TensorFileTests {
  private func ids(_ numbers: [Int32]) -> [TokenID] { numbers.map { TokenID($0) } }

  private func scores(_ trace: Trace) -> [[Float]] {
    guard case .dense(let rows) = trace.rows else { return [] }
    return rows.map { $0.scores() }
  }

  private func listed(_ trace: Trace) -> [TruncatedRow?] {
    guard case .truncated(let rows) = trace.rows else { return [] }
    return rows
  }

  // MARK: Batches

  /// Two sequences of four places: the first padded on the left, the second on the right.
  private func batch(mask: [Int64], rows: Int = 4) -> SafetensorsBuilder {
    var builder = SafetensorsBuilder(metadata: [("trace_id", "b")])
    builder.add("input_ids", "I64", [2, 4], [0, 1, 2, 1, 2, 1, 0, 0] as [Int64])
    builder.add("attention_mask", "I64", [2, 4], mask)
    builder.add("logits", "F32", [2, rows, 3], (0..<2 * rows * 3).map { Float($0) })
    return builder
  }

  @Test func `padding on either side is cut off with its rows`() throws {
    let file = try opened(batch(mask: [0, 1, 1, 1, 1, 1, 0, 0]).bytes)
    #expect(file.entries.map(\.id) == ["b#0", "b#1"])
    let left = try file.trace(at: 0)
    #expect(left.tokens == ids([1, 2, 1]))
    #expect(left.predicted == [1, 2])
    #expect(scores(left) == [[3, 4, 5], [6, 7, 8]])
    let right = try file.trace(at: 1)
    #expect(right.tokens == ids([2, 1]))
    #expect(right.predicted == [1])
    #expect(scores(right) == [[12, 13, 14]])
  }

  @Test func `a batch without its last rows is read alike`() throws {
    let file = try opened(batch(mask: [0, 1, 1, 1, 1, 1, 0, 0], rows: 3).bytes)
    #expect(scores(try file.trace(at: 0)) == [[3, 4, 5], [6, 7, 8]])
    #expect(scores(try file.trace(at: 1)) == [[9, 10, 11]])
  }

  @Test func `holes in a mask are refused, an empty sequence is not`() throws {
    let message = try #require(try messageOfReading(batch(mask: [1, 0, 1, 1, 1, 1, 0, 0]).bytes))
    #expect(
      message
        == "trace: sequence \"b#0\": tensor \"attention_mask\" has the shape [2, 4], where one stretch of ones among 4 tokens is expected. Save one sequence to a file, without padding."
    )
    let empty = try opened(batch(mask: [0, 0, 0, 0, 1, 1, 0, 0]).bytes).trace(at: 0)
    #expect(empty.tokens.isEmpty && empty.predicted.isEmpty)
  }

  // MARK: Listed scores

  private func sparse(_ name: String, logsumexp: [Float]? = nil, target: [Float]? = nil) -> SafetensorsBuilder
  {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [3], [7, 5, 9] as [Int32])
    builder.add("indices", "U32", [2, 2], [4, 5, 6, 8] as [UInt32])
    builder.add(name, "F16", [2, 2], [-2, -0.5, -1, -1.5] as [Float16])
    if let logsumexp { builder.add("logsumexp", "F32", [2], logsumexp) }
    if let target {
      builder.add("target_logprobs", "F32", [2], target)
      builder.add("target_ranks", "I32", [2], [1, 40] as [Int32])
    }
    return builder
  }

  @Test func `listed logprobs are sorted rows of their tokens`() throws {
    let trace = try opened(sparse("logprobs").bytes).trace(at: 0)
    let rows = listed(trace)
    #expect(rows[0]?.tokens == ids([5, 4])[...])
    #expect(rows[0]?.logprobs == [-0.5, -2])
    #expect(rows[0]?.emittedLogprob == -0.5)
    // The emitted token 9 is not listed: nothing is known of it.
    #expect(rows[1]?.tokens == ids([6, 8])[...])
    #expect(rows[1]?.unlistedCap == -1.5)
    #expect(rows[1]?.emittedLogprob == nil)
    // Half precision keeps steps of 2^-9 between 2 and 4; single precision of 2^-22.
    #expect(rows[0]?.precision == 0x1p-10 + 0x1p-23)
  }

  @Test func `listed logits become logprobs by their logsumexp`() throws {
    let trace = try opened(sparse("logits", logsumexp: [0.25, 1], target: [-0.75, -9]).bytes).trace(at: 0)
    let rows = listed(trace)
    #expect(rows[0]?.logprobs == [-0.75, -2.25])
    #expect(rows[0]?.emittedRank == 1)
    #expect(rows[1]?.tokens == ids([6, 8, 9])[...])
    #expect(rows[1]?.logprobs == [-2, -2.5, -9])
    #expect(rows[1]?.unlistedCap == -2.5)
    #expect(rows[1]?.emittedRank == 40)
  }

  @Test func `what half precision adds to a certain token is rounding, not a logit`() throws {
    // Half precision keeps steps of 2^-9 between 2 and 4: the logit may stand 2^-10 above its logsumexp.
    let certain = try opened(sparse("logits", logsumexp: [-0.5, -1.0005]).bytes).trace(at: 0)
    #expect(listed(certain)[1]?.logprobs == [0, Double(Float(-1.5)) - Double(Float(-1.0005))])
    let beyond = try opened(sparse("logits", logsumexp: [-0.5, -1.01]).bytes)
    #expect(throws: TraceError.self) { try beyond.trace(at: 0) }
  }

  // MARK: NumPy archives

  // MARK: What `generate` returns

  @Test func `rows of an answer stand beside the last tokens of its sequence`() throws {
    var builder = SafetensorsBuilder()
    builder.add("sequences", "I64", [1, 5], [7, 1, 0, 2, 3] as [Int64])
    builder.add("logits", "F32", [1, 2, 8], (0..<16).map { Float($0) })
    let file = try opened(builder.bytes)
    let trace = try file.trace(at: 0)
    #expect(trace.ids == [7, 1, 0, 2, 3])
    #expect(trace.predicted == [3, 4] && trace.promptLength == 3)
    #expect(file.metadata["stage"] == nil)
  }

  @Test func `scores of an answer are what was sampled from`() throws {
    var builder = SafetensorsBuilder()
    builder.add("sequences", "I64", [4], [1, 0, 2, 3] as [Int64])
    builder.add("scores", "F32", [3, 4], SafetensorsFileTests.scores)
    let file = try opened(builder.bytes)
    #expect(try file.trace(at: 0).promptLength == 1)
    #expect(file.facts().warnings.first == .processed(.stated(name: "stage", value: "processed")))
  }

  @Test func `a batch of answers leaves out padding on both sides`() throws {
    var builder = SafetensorsBuilder()
    builder.add("sequences", "I32", [2, 5], [9, 1, 0, 2, 3, 1, 2, 0, 3, 9] as [Int32])
    builder.add("attention_mask", "I32", [2, 5], [0, 1, 1, 1, 1, 1, 1, 1, 1, 0] as [Int32])
    builder.add("logits", "F32", [2, 2, 4], (0..<16).map { Float($0) })
    let file = try opened(builder.bytes)
    let (first, second) = (try file.trace(at: 0), try file.trace(at: 1))
    #expect(first.ids == [1, 0, 2, 3] && first.predicted == [2, 3] && first.promptLength == 2)
    #expect(second.ids == [1, 2, 0, 3] && second.predicted == [3] && second.promptLength == 3)
    guard case .dense(let rows) = second.rows else {
      Issue.record("the rows are not dense")
      return
    }
    #expect(rows[0].scores() == [8, 9, 10, 11])
  }

  @Test func `an answer longer than its sequence is refused`() throws {
    var builder = SafetensorsBuilder()
    builder.add("sequences", "I64", [3], [1, 0, 2] as [Int64])
    builder.add("logits", "F32", [3, 4], SafetensorsFileTests.scores)
    #expect(
      try messageOfReading(builder.bytes)
        == "trace: there are 3 rows, but 2 are expected for the tokens. Keep one row for each token, or say with `positions` which ones the rows predict."
    )
  }

  @Test func `an archive of the real library reads`() throws {
    let file = try TraceFile(path: TestFiles.fixture("x.npz"))
    #expect(file.format == .numpyArchive)
    let trace = try file.trace(at: 0)
    #expect(trace.tokens == ids([0, 1, 2]))
    #expect(trace.predicted == [1, 2])
    #expect(scores(trace) == [[0, 1, 2], [3, 4, 5]])
    // What savez_compressed wrote unpacks too, though this one holds no tokens.
    #expect(
      messageOfReading(TestFiles.fixture("xc.npz"))?.contains("the file holds \"logits\".") == true)
  }

  @Test func `arrays without dimensions are what the file says of itself`() throws {
    let file = try TraceFile(path: TestFiles.broken("whole.npz"))
    #expect(file.entries.map(\.id) == ["tiny"])
    #expect(file.metadata == ["trace_id": "tiny", "prompt_length": "2"])
    #expect(try file.trace(at: 0).promptLength == 2)
    let twin = try TraceFile(path: TestFiles.broken("whole.safetensors")).trace(at: 0)
    #expect(scores(try file.trace(at: 0)) == scores(twin))
    for name in ["packed.npz", "columns.npz", "double.npz"] {
      #expect(scores(try TraceFile(path: TestFiles.broken(name)).trace(at: 0)) == scores(twin), "\(name)")
    }
  }

  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "F32", false, [2, 3]),
    ("{'shape': (3,), 'fortran_order': True, 'descr': '|b1'}", "BOOL", true, [3]),
    ("{\"descr\": '>f4', 'fortran_order': False, 'shape': (2L, 3L)}\n", "F32", false, [2, 3]),
    ("{'descr': '<V2', 'fortran_order': False, 'shape': ()}", "<V2", false, []),
  ])
  func `array headers read`(text: String, type: String, isColumnOrder: Bool, shape: [Int]) throws {
    let header = try #require(self.header(text))
    #expect(header.type == type && header.isColumnOrder == isColumnOrder && header.shape == shape)
    #expect(header.size == 10 + text.utf8.count && header.isBigEndian == text.contains(">"))
  }

  @Test(arguments: [
    "", "{}", "{'descr': '<f4'}", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2", "{'descr': '<f4', 'descr': '<f4', 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "{'a': 1}", "{'descr'",
  ])
  func `what is no array header is refused`(text: String) {
    #expect(header(text) == nil)
  }

  private func header(_ text: String) -> NumPyHeader? {
    let length = withUnsafeBytes(of: UInt16(text.utf8.count).littleEndian, Array.init)
    return (NumPyHeader.magic + [1, 0] + length + Array(text.utf8)).withUnsafeBytes { NumPyHeader($0) }
  }
}

import Foundation
import Testing
import Tokenization
import Traces

/// Files of the real llama-perplexity against their decoding by NumPy.
@Suite struct LlamaFileTests {
  struct Golden: Decodable {
    var tokens: [[Int32]]
    var first: Int
    var row: [Float]
    var sums: [[Double]]
    var emitted: [[Double]]
  }

  private func golden(_ name: String) throws -> Golden {
    let data = try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("golden.json")))
    struct File: Decodable { var tiny_base: Golden, tiny_ft: Golden }
    let file = try JSONDecoder().decode(File.self, from: data)
    return name == "tiny_base" ? file.tiny_base : file.tiny_ft
  }

  @Test(arguments: ["tiny_base", "tiny_ft"])
  func `every chunk is a sequence with NumPy's tokens and scores`(name: String) throws {
    let golden = try golden(name)
    let file = try TraceFile(path: TestFiles.fixture(name + ".kld"))
    #expect(file.format == .llamaLogits)
    #expect(file.entries.map(\.id) == ["chunk-0", "chunk-1", "chunk-2", "chunk-3"])
    for chunk in 0..<4 {
      let trace = try file.trace(at: chunk)
      #expect(trace.tokens.map(\.rawValue) == golden.tokens[chunk])
      #expect(trace.promptLength == 33)
      #expect(trace.predicted == Array(33..<64))
      guard case .dense(let rows) = trace.rows else {
        Issue.record("rows must be dense")
        return
      }
      for (row, dense) in rows.enumerated() {
        let scores = dense.scores()
        #expect(scores.count == 301)
        #expect(scores.reduce(0) { $0 + Double($1) } == golden.sums[chunk][row])
        let emitted = Int(trace.tokens[trace.predicted[row]].rawValue)
        #expect(Double(dense.score(at: emitted)) == golden.emitted[chunk][row])
      }
      if chunk == 2 { #expect(rows[5].scores() == golden.row) }
    }
  }

  @Test func `the two files pair, and every position of the second half is there`() throws {
    let base = try TraceFile(path: TestFiles.fixture("tiny_base.kld"))
    let tuned = try TraceFile(path: TestFiles.fixture("tiny_ft.kld"))
    var positions = 0
    for entry in base.entries {
      let id = try #require(entry.id)
      let pair = try TracePair(reference: base.trace(id: id), tuned: tuned.trace(id: id))
      #expect(pair.positions.map(\.position) == Array(0..<31))
      #expect(pair.omitted == TracePair.Omitted())
      positions += pair.positions.count
    }
    #expect(positions == 124)
  }

  /// n_ctx = 5, so that the second half of a chunk begins at token 2 and has two records.
  @Test func `a small file decodes by hand`() throws {
    var bytes = Array("_logits_".utf8)
    func append(_ number: Int32) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
    for number in [5, 3, 1, 2, 0, 1, 2, 0] as [Int32] { append(number) }
    for (scale, minimum, steps) in [(0.5, -4, [0, 2, 8]), (0, -1.5, [7, 7, 7])] as [(Float, Float, [UInt16])]
    {
      append(Int32(bitPattern: scale.bitPattern))
      append(Int32(bitPattern: minimum.bitPattern))
      // Three steps and one of padding.
      for step in steps + [0xFFFF] { withUnsafeBytes(of: step.littleEndian) { bytes.append(contentsOf: $0) } }
    }
    let trace = try opened(bytes).trace(at: 0)
    #expect(trace.tokens == [2, 0, 1, 2, 0].map { TokenID($0) })
    #expect(trace.predicted == [3, 4])
    #expect(trace.promptLength == 3)
    #expect(trace.vocabularySize == 3)
    guard case .dense(let rows) = trace.rows else {
      Issue.record("rows must be dense")
      return
    }
    #expect(rows.map { $0.scores() } == [[-4, -3, 0], [-1.5, -1.5, -1.5]])
  }

  @Test(arguments: [
    ([2, 5, 1], "n_ctx = 2"), ([4, 0, 1], "n_vocab = 0"), ([4, 5, -1], "n_chunk = -1"),
    ([-4, 5, 1], "n_ctx = -4"),
  ])
  func `a header with an impossible number is refused`(numbers: [Int32], found: String) throws {
    let bytes = Array("_logits_".utf8) + numbers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
    #expect(
      try messageOfReading(bytes)
        == "trace: the header says \(found), which cannot be. Write the file again with the program that made it."
    )
  }

  @Test func `sizes beyond 64 bits are refused before anything is read`() throws {
    let most = withUnsafeBytes(of: Int32.max.littleEndian, Array.init)
    let message = try #require(try messageOfReading(Array("_logits_".utf8) + most + most + most))
    #expect(
      message.hasPrefix("trace: the file has 20 bytes, but its header asks for 9223372036854775807 bytes"))
  }

  @Test func `the depth of the floor tells llama.cpp from ik_llama.cpp`() throws {
    let trace = try TraceFile(path: TestFiles.fixture("tiny_base.kld")).trace(at: 0)
    guard case .dense(let rows) = trace.rows else { return }
    for row in rows { #expect(abs((row.floorDepth ?? 0) - 16) < 1e-4) }
    // The same row as ik_llama.cpp would store it, over 24 nats.
    var record = rows[0].withUnsafeBytes { Array($0) }
    record.replaceSubrange(
      0..<4, with: withUnsafeBytes(of: (Float(24) / 65535).bitPattern.littleEndian, Array.init))
    let deep = DenseRow(
      storage: ByteStorage(copying: record), offset: 0, count: rows[0].count, encoding: .affine16)
    #expect(abs((deep.floorDepth ?? 0) - 24) < 1e-5)
    let plain = DenseRow(
      storage: ByteStorage(copying: [0, 0, 0, 0]), offset: 0, count: 1, encoding: .float32)
    #expect(plain.floorDepth == nil)
  }
}

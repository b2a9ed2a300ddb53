import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Traces

/// Scores computed from hidden states. The expected ones are NumPy-style products in float64 by PyTorch.
@Suite struct OutputHeadTests {
  private struct Golden: Decodable {
    var plain: [[Double]]
    var bias: [[Double]]
  }

  private func golden() throws -> Golden {
    try JSONDecoder().decode(
      Golden.self, from: Data(try TestFiles.bytes(TestFiles.fixture("hidden/golden.json"))))
  }

  private func scores(_ file: TraceFile) throws -> [[Float]] {
    guard case .dense(let rows) = try file.trace(at: 0).rows else { return [] }
    return rows.map { $0.scores() }
  }

  @Test(arguments: ["one", "bias", "apart"])
  func `hidden states times the head are the float64 product, rounded once`(name: String) throws {
    let file = try TraceFile(path: TestFiles.fixture("hidden/\(name).safetensors"))
    let expected = name == "bias" ? try golden().bias : try golden().plain
    let found = try scores(file)
    #expect(found.map(\.count) == [4, 4, 4])
    for (row, wanted) in zip(found, expected) {
      for (score, exact) in zip(row, wanted) {
        // 13 exact products summed in another order: a few units of double precision before the one rounding.
        #expect(abs(Double(score) - exact) <= Double(Float(exact).ulp) / 2 + 1e-13)
      }
    }
    #expect(file.derivation == .product(hiddenStates: "BF16", head: "F16"))
    #expect(
      file.companionFiles
        == (name == "apart" ? [TestFiles.fixture("hidden/apart.lm_head.safetensors")] : []))
  }

  @Test func `the head may be named`() throws {
    let head = TestFiles.fixture("hidden/apart.lm_head.safetensors")
    let file = try TraceFile(
      path: TestFiles.fixture("hidden/headless.safetensors"), companions: TraceCompanions(head: head))
    #expect(
      try scores(file) == scores(TraceFile(path: TestFiles.fixture("hidden/one.safetensors"))))
  }

  @Test func `hidden states without a head, or with one of another width, are refused`() {
    #expect(
      messageOfReading(TestFiles.fixture("hidden/headless.safetensors"))
        == "headless.safetensors: no tensor is named \"lm_head.weight\" or \"lm_head\" or \"model.embed_tokens.weight\" or \"embed_tokens.weight\" or \"transformer.wte.weight\"; the file holds \"hidden_states\", \"tokens\". Store the output head with the hidden states as \"lm_head\", or beside them as NAME.lm_head.safetensors."
    )
    #expect(
      messageOfReading(TestFiles.fixture("hidden/narrow.safetensors"))
        == "narrow.safetensors: tensor \"lm_head\" has the shape [4, 12], where [vocabulary, 13] is expected. Save one sequence to a file, without padding."
    )
  }

  @Test func `a token that the head does not know is refused`() throws {
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [2], [0, 5] as [Int32])
    builder.add("hidden_states", "F32", [1, 2], [1, 2] as [Float])
    builder.add("lm_head", "F64", [3, 2], [1, 2, 3, 4, 5, 6] as [Double])
    #expect(
      try messageOfReading(builder.bytes)?.contains("token 1 has the id 5, which is outside 0...2") == true)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the product of a batch is that of its rows, whatever the number of rows`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let (rows, width, vocabulary) = (
      Int.random(in: 1...140, using: &generator), Int.random(in: 1...40, using: &generator),
      Int.random(in: 1...9, using: &generator)
    )
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -4...4, using: &generator) }
    }
    let (hidden, head) = (numbers(2 * rows * width), numbers(vocabulary * width))
    var builder = SafetensorsBuilder()
    builder.add("tokens", "I32", [2, rows], [Int32](repeating: 0, count: 2 * rows))
    builder.add("attention_mask", "I32", [2, rows], [Int32](repeating: 1, count: 2 * rows))
    builder.add("hidden_states", "F32", [2, rows, width], hidden)
    builder.add("lm_head", "F32", [vocabulary, width], head)
    let file = try opened(builder.bytes)
    for sequence in 0..<2 {
      guard case .dense(let found) = try file.trace(at: sequence).rows else { continue }
      #expect(found.count == rows - 1)
      for (row, scores) in found.enumerated() {
        for token in 0..<vocabulary {
          let exact = (0..<width).reduce(0.0) { sum, place in
            sum + Double(hidden[(sequence * rows + row) * width + place])
              * Double(head[token * width + place])
          }
          #expect(abs(Double(scores.score(at: token)) - exact) <= Double(Float(exact).ulp) / 2 + 1e-12)
        }
      }
    }
  }
}

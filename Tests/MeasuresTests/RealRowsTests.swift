import Foundation
import Measures
import Testing
import Tokenization
import Traces

/// One position of a real base model, its SFT and its RL version, against NumPy: `Fixtures/make_dense_rows.py`.
@Suite struct RealRowsTests {
  private struct Expected: Decodable {
    var vocabularySize: Int
    var emitted: Int32
    var models: [String: Side]
    var againstBase: [String: Differences]

    struct Side: Decodable {
      var logSumExp, entropy, logprob: Double
      var rank: Int
      var top: [Int32]
      var topLogprobs: [Double]
    }

    struct Differences: Decodable {
      var klTunedReference, klReferenceTuned, jensenShannon, totalVariation: Double
    }
  }

  private let expected: Expected
  private let storage: ByteStorage

  init() throws {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: fixtures.appending(path: "dense-rows.json")))
    storage = try ByteStorage(mapping: fixtures.appending(path: "dense-rows.f16").path)
  }

  /// The row of a model; the file has base, sft, rl in this order.
  private func row(_ model: String) throws -> DenseRow {
    let place = try #require(["base", "sft", "rl"].firstIndex(of: model))
    return DenseRow(
      storage: storage, offset: 2 * expected.vocabularySize * place, count: expected.vocabularySize,
      encoding: .float16)
  }

  @Test(arguments: ["sft", "rl"], InstructionSet.available)
  func `a real pair agrees with NumPy`(model: String, instructions: InstructionSet) throws {
    let it = try DivergenceKernel(topCount: 64, instructions: instructions).measure(
      reference: row("base"), tuned: row(model), emitted: TokenID(expected.emitted))
    let differences = try #require(expected.againstBase[model])
    #expect(abs(it.divergences.klTunedReference.low / differences.klTunedReference - 1) < 5e-6)
    #expect(abs(it.divergences.klReferenceTuned.low / differences.klReferenceTuned - 1) < 5e-6)
    #expect(abs(it.divergences.jensenShannon.low / differences.jensenShannon - 1) < 5e-6)
    #expect(abs(it.divergences.totalVariation.low - differences.totalVariation) < 1e-6)
    try expect(it.reference, entropy: it.divergences.entropyReference, of: "base")
    try expect(it.tuned, entropy: it.divergences.entropyTuned, of: model)
  }

  private func expect(_ side: DenseMeasures.Side, entropy: Figure, of model: String) throws {
    let expected = try #require(expected.models[model])
    #expect(abs(side.logSumExp - expected.logSumExp) < 1e-6)
    #expect(abs(entropy.low - expected.entropy) < 1e-6)
    #expect(abs(side.logprob - expected.logprob) < 1e-6)
    #expect(side.rank == expected.rank)
    #expect(side.top.rawValue == expected.top[0])
    #expect(side.mostProbable.map(\.token.rawValue) == expected.top)
    #expect(zip(side.mostProbable, expected.topLogprobs).allSatisfy { abs($0.logprob - $1) < 1e-6 })
  }
}

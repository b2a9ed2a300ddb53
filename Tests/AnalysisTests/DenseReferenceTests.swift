import Analysis
import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// Every field of every dense position against NumPy in long double.
///
/// `Fixtures/make_dense_fixture.py` made the expectations from 7 real sequences under 2 tuned models. One sequence
/// is in samples/; the others are read where `TOKENSHIFT_DATA` names the folder that holds `dense/` and `topk/`.
@Suite struct DenseReferenceTests {
  /// A position of the fixture.
  struct Expected: Decodable {
    var file: String
    var tuned: String
    var position: Int
    var tokenID: Int32
    var klTunedReference: Double
    var klReferenceTuned: Double
    var jensenShannon: Double
    var totalVariation: Double
    var entropyReference: Double
    var entropyTuned: Double
    var logprobReference: Double
    var logprobTuned: Double
    var rankReference: Int
    var rankTuned: Int
    var topReference: Int32
    var topTuned: Int32
  }

  private struct Fixture: Decodable { var positions: [Expected] }

  /// The two files of a pair and what NumPy says of them.
  struct Pair: CustomTestStringConvertible, Sendable {
    var file: String
    var tuned: String
    var testDescription: String { "\(file), \(tuned)" }
  }

  static let full = ProcessInfo.processInfo.environment["TOKENSHIFT_DATA"]
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()

  private static let expected: [Expected] = {
    let path = root.appending(path: "Fixtures/dense-expected.json")
    guard let data = try? Data(contentsOf: path) else { return [] }
    return (try? JSONDecoder().decode(Fixture.self, from: data).positions) ?? []
  }()

  static let folder =
    full.map { $0 + "/dense/" }
    ?? root.deletingLastPathComponent().deletingLastPathComponent().path + "/samples/dense/"

  static let pairs: [Pair] = {
    var seen: [Pair] = []
    for position in expected
    where !seen.contains(where: { $0.file == position.file && $0.tuned == position.tuned }) {
      let path = folder + "\(position.file).\(position.tuned).safetensors"
      if FileManager.default.fileExists(atPath: path) {
        seen.append(Pair(file: position.file, tuned: position.tuned))
      }
    }
    return seen
  }()

  /// The relative error of a divergence, from 10⁻¹⁰ to 10 nats.
  private static let divergenceError = 5e-6
  /// The absolute error of entropies and logprobs in nats, and of TV.
  private static let absoluteError = 2e-6

  static func measured(_ pair: Pair, dense folder: String = folder) throws -> MeasuredSequence {
    let reference = try TraceFile(path: folder + "\(pair.file).base.safetensors").trace(at: 0)
    let tuned = try TraceFile(path: folder + "\(pair.file).\(pair.tuned).safetensors").trace(at: 0)
    return try PairMeasurement().measure(TracePair(reference: reference, tuned: tuned), countsShares: false)
      .sequence
  }

  @Test func `there is something to compare`() {
    #expect(Self.pairs.count == (Self.full == nil ? 2 : 14))
  }

  @Test(arguments: pairs) func `every field agrees with NumPy`(pair: Pair) throws {
    let positions = try Self.measured(pair).positions
    let expected = Self.expected.filter { $0.file == pair.file && $0.tuned == pair.tuned }
    #expect(positions.count == expected.count)
    for (position, expected) in zip(positions, expected) {
      #expect(position.position == expected.position)
      #expect(position.tokenID == TokenID(expected.tokenID))
      let d = position.divergences
      for (figure, value) in [
        (d.klTunedReference, expected.klTunedReference), (d.klReferenceTuned, expected.klReferenceTuned),
        (d.jensenShannon, expected.jensenShannon),
      ] {
        let measured = try #require(figure.exactValue)
        #expect(abs(measured - value) <= Self.divergenceError * value, "\(measured) for \(value)")
      }
      for (figure, value) in [
        (d.totalVariation, expected.totalVariation), (d.entropyReference, expected.entropyReference),
        (d.entropyTuned, expected.entropyTuned),
      ] {
        #expect(abs(try #require(figure.exactValue) - value) <= Self.absoluteError)
      }
      #expect(abs(try #require(position.logprobReference) - expected.logprobReference) <= Self.absoluteError)
      #expect(abs(try #require(position.logprobTuned) - expected.logprobTuned) <= Self.absoluteError)
      #expect(position.rankReference == expected.rankReference)
      #expect(position.rankTuned == expected.rankTuned)
      #expect(position.topReference == TokenID(expected.topReference))
      #expect(position.topTuned == TokenID(expected.topTuned))
    }
  }
}

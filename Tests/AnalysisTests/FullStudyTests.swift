import Analysis
import Foundation
import Measures
import ShiftStore
import TestSupport
import Testing
import Tokenization
import Traces

/// The whole SmolLM2 study, where `TOKENSHIFT_DATA` names the folder that holds it (`make verify DATA=…`).
@Suite(.enabled(if: DenseReferenceTests.full != nil, "set TOKENSHIFT_DATA to the folder of the full study"))
struct FullStudyTests {
  private let data = DenseReferenceTests.full ?? ""

  /// The truncated traces of a dense pair, nil where there are none.
  private func bounded(_ pair: DenseReferenceTests.Pair) throws -> MeasuredSequence? {
    // "first24" names the first 24 tokens of a response whose truncated trace has all of them.
    let name = pair.file.replacing(".first24", with: "")
    let source = name.split(separator: ".").last.map(String.init) ?? ""
    let tuned = "\(data)/topk/\(pair.tuned)-on-\(source).jsonl"
    guard FileManager.default.fileExists(atPath: tuned) else { return nil }
    let files = try FilePair(
      reference: TraceFile(path: "\(data)/topk/base-on-\(source).jsonl"), tuned: TraceFile(path: tuned),
      sequence: name)
    return try PairMeasurement(vocabularySize: 49_152)
      .measure(files.pair(at: files.places[0]), countsShares: false).sequence
  }

  /// The truncated traces were taken before the logits were rounded to f16, the dense ones after. What that rounding
  /// can do to a figure is computed from the logits themselves; no other tolerance is given but the kernel's own.
  @Test func `every interval contains the dense value`() throws {
    var checked = 0
    var asStored = 0
    for pair in DenseReferenceTests.pairs {
      guard let bounded = try bounded(pair) else { continue }
      let errors = try storageErrors(pair)
      let dense = try DenseReferenceTests.measured(pair).positions
      for (place, (a, b)) in zip(dense, bounded.positions).enumerated() {
        for (figure, (value, bounds)) in zip(a.divergences.all, b.divergences.all).enumerated() {
          let kernel = 5e-6 * value.low
          checked += 1
          if Self.contains(bounds, value.low, slack: kernel) { asStored += 1 }
          #expect(
            Self.contains(bounds, value.low, slack: kernel + errors[place].all[figure]),
            "\(pair.testDescription) at \(a.position), figure \(figure): \(value.low) in \(bounds)")
        }
        #expect(a.topReference == b.topReference)
        #expect(a.topTuned == b.topTuned)
      }
    }
    #expect(checked > 0)
    print("\(checked) intervals contain the dense value; \(asStored) of them without the rounding of f16")
  }

  private static func contains(_ bounds: Figure, _ value: Double, slack: Double) -> Bool {
    bounds.low <= value + slack && (bounds.high ?? .infinity) >= value - slack
  }

  private func storageErrors(_ pair: DenseReferenceTests.Pair) throws -> [StorageError] {
    func rows(_ model: String) throws -> [DenseRow] {
      let trace = try TraceFile(path: DenseReferenceTests.folder + "\(pair.file).\(model).safetensors").trace(
        at: 0)
      guard case .dense(let rows) = trace.rows else { return [] }
      return rows
    }
    return try zip(rows("base"), rows(pair.tuned)).map { StorageError(reference: $0, tuned: $1) }
  }
}

extension Divergences {
  /// The six figures.
  fileprivate var all: [Figure] {
    [klTunedReference, klReferenceTuned, jensenShannon, totalVariation, entropyReference, entropyTuned]
  }
}

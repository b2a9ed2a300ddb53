import Analysis
import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

@Suite struct PairMeasurementTests {
  private static let samples =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/samples/"

  private static func trace(_ name: String) throws -> Trace {
    try TraceFile(path: samples + "dense/arith-010.base.\(name).safetensors").trace(at: 0)
  }

  /// The k most probable tokens of a dense row, and the emitted one, as a top-k dump would hold them.
  private static func cut(_ trace: Trace, k: Int) throws -> Trace {
    guard case .dense(let rows) = trace.rows else { return trace }
    let kernel = DivergenceKernel(topCount: k)
    var cut = trace
    cut.rows = .truncated(
      try zip(rows, trace.predicted).map { row, index in
        let emitted = trace.tokens[index]
        let side = try kernel.measure(reference: row, tuned: row, emitted: emitted).reference
        var listed = side.mostProbable
        let cap = listed.last?.logprob ?? 0
        if !listed.contains(where: { $0.token == emitted }) {
          listed.append(DenseMeasures.RankedToken(token: emitted, logprob: side.logprob))
        }
        return TruncatedRow(
          tokens: listed.map(\.token)[...], logprobs: listed.map(\.logprob)[...], unlistedCap: cap,
          emittedLogprob: side.logprob, emittedRank: side.rank, precision: 1e-6)
      })
    return cut
  }

  private static func figures(_ measures: PositionMeasures) -> [Figure] {
    let d = measures.divergences
    return [
      d.klTunedReference, d.klReferenceTuned, d.jensenShannon, d.totalVariation, d.entropyReference,
      d.entropyTuned,
    ]
  }

  /// Equal to the accuracy of the kernel: each is good to 5 · 10⁻⁶ of itself.
  private static func agree(_ a: Figure, _ b: Figure) -> Bool { abs(a.low - b.low) <= 1e-5 * a.low }

  @Test(arguments: ["sft", "rl"], [1, 2, 3, 5, 10, 20, 40, 64])
  func `bounds from any top k contain the exact figures`(model: String, k: Int) throws {
    let reference = try Self.trace("base")
    let tuned = try Self.trace(model)
    let measurement = PairMeasurement()
    let exact = try measurement.measure(TracePair(reference: reference, tuned: tuned), countsShares: false)
    let pairs = [
      try TracePair(reference: Self.cut(reference, k: k), tuned: Self.cut(tuned, k: k)),
      try TracePair(reference: reference, tuned: Self.cut(tuned, k: k)),
      try TracePair(reference: Self.cut(reference, k: k), tuned: tuned),
    ]
    #expect(exact.isDense)
    #expect(exact.sequence.positions.count == 7)
    for pair in pairs {
      let bounded = PairMeasurement(vocabularySize: nil, vocabularyCount: 49_152).measure(
        pair, countsShares: true)
      #expect(!bounded.isDense)
      #expect(bounded.shares == nil)
      #expect(bounded.sequence.positions.count == 7)
      for (a, b) in zip(exact.sequence.positions, bounded.sequence.positions) {
        for (value, figure) in zip(Self.figures(a), Self.figures(b)) {
          // Both sides are good to 5 · 10⁻⁶ of themselves.
          let slack = 5e-6 * max(value.low, 1e-3)
          #expect(figure.low <= value.low + slack, "\(figure) is above \(value)")
          #expect(figure.high ?? .infinity >= value.low - slack, "\(figure) is below \(value)")
        }
        #expect(a.rankReference == b.rankReference)
        #expect(a.rankTuned == b.rankTuned)
        #expect(a.topReference == b.topReference)
        #expect(a.topTuned == b.topTuned)
        #expect(a.topOverlap != nil)
        #expect(b.topOverlap == (k >= TopOverlap.depth ? a.topOverlap : nil))
      }
    }
  }

  @Test func `a model compared with itself has not moved`() throws {
    let trace = try Self.trace("base")
    let result = PairMeasurement().measure(try TracePair(reference: trace, tuned: trace), countsShares: true)
    #expect(result.sequence.sums.klTunedReference.mean == .exact(0))
    #expect(result.sequence.sums.klReferenceTuned.mean == .exact(0))
    #expect(result.sequence.sums.jensenShannon.mean == .exact(0))
    #expect(result.sequence.sums.totalVariation.mean == .exact(0))
    #expect(result.sequence.sums.topAgreement == 7)
    #expect(result.shares?.movedMass.allSatisfy { $0 == 0 } == true)
  }

  @Test func `reference and tuned are roles and not an order`() throws {
    let base = try Self.trace("base")
    let rl = try Self.trace("rl")
    let forth = PairMeasurement().measure(try TracePair(reference: base, tuned: rl), countsShares: false)
    let back = PairMeasurement().measure(try TracePair(reference: rl, tuned: base), countsShares: false)
    for (a, b) in zip(forth.sequence.positions, back.sequence.positions) {
      #expect(Self.agree(a.divergences.klTunedReference, b.divergences.klReferenceTuned))
      #expect(Self.agree(a.divergences.klReferenceTuned, b.divergences.klTunedReference))
      #expect(a.rankReference == b.rankTuned)
      #expect(a.rankShift == b.rankShift.map { -$0 })
      #expect(a.logprobReference == b.logprobTuned)
      #expect(a.topReference == b.topTuned)
    }
    #expect(forth.sequence.sums.klTunedReference.mean != back.sequence.sums.klTunedReference.mean)
  }

  @Test func `memory that is used again changes nothing`() throws {
    let base = try Self.trace("base")
    let room = MeasuringRoom()
    for (size, model) in [(nil, "sft"), (nil, "rl"), (40_000, "sft"), (nil, "rl")] as [(Int?, String)] {
      let pair = try TracePair(reference: base, tuned: Self.trace(model))
      let measurement = PairMeasurement(vocabularySize: size)
      let again = measurement.measure(pair, countsShares: true, in: room)
      let anew = measurement.measure(pair, countsShares: true)
      #expect(again.sequence == anew.sequence)
      #expect(again.shares?.klShares == anew.shares?.klShares)
      #expect(again.shares?.movedMass == anew.shares?.movedMass)
      #expect(again.shares?.positionCount == anew.shares?.positionCount)
      if let shares = again.shares { room.giveBack(shares) }
    }
  }

  @Test func `scores past the vocabulary are padding`() throws {
    let base = try Self.trace("base")
    let rl = try Self.trace("rl")
    let pair = try TracePair(reference: base, tuned: rl)
    let cut = PairMeasurement(vocabularySize: 40_000).measure(pair, countsShares: true)
    #expect(cut.shares?.vocabularySize == 40_000)
    #expect(
      cut.sequence.sums.klTunedReference.mean
        != PairMeasurement().measure(pair, countsShares: false).sequence.sums.klTunedReference.mean)
    let tooWide = PairMeasurement(vocabularySize: 60_000).measure(pair, countsShares: false)
    #expect(
      tooWide.sequence.exclusions.faulty.first?.reason == .rowTooShort(count: 49_152, vocabularySize: 60_000))
  }
}

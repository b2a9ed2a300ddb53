import Foundation
import Measures
import TestSupport
import Testing
import Tokenization

/// The kernel against the definitions in extended precision, over the whole range of divergences.
@Suite struct DivergenceAccuracyTests {
  /// What is promised for both KLs from 10⁻¹⁰ to 10 nats, and kept for Jensen–Shannon too.
  private static let relativeError = 5e-6

  private func compare(_ reference: [Float], _ tuned: [Float], with instructions: InstructionSet) throws {
    let kernel = DivergenceKernel(topCount: 64, instructions: instructions)
    let emitted = min(reference.count - 1, 17)
    let it = try kernel.measure(
      reference: StoredRows.float32(reference), tuned: StoredRows.float32(tuned),
      emitted: TokenID(Int32(emitted)))
    let twin = DivergenceTwin(reference: reference, tuned: tuned)
    expectClose(it.divergences.klTunedReference, Double(twin.klTunedReference))
    expectClose(it.divergences.klReferenceTuned, Double(twin.klReferenceTuned))
    expectClose(it.divergences.jensenShannon, Double(twin.jensenShannon))
    #expect(abs(it.divergences.totalVariation.low - Double(twin.totalVariation)) < 2e-6)
    #expect(abs(it.divergences.entropyReference.low - Double(twin.entropyReference)) < 2e-6)
    #expect(abs(it.divergences.entropyTuned.low - Double(twin.entropyTuned)) < 2e-6)
    #expect(abs(it.reference.logSumExp - Double(twin.logSumExpReference)) < 1e-6)
    #expect(abs(it.tuned.logSumExp - Double(twin.logSumExpTuned)) < 1e-6)
    #expect(it.divergences.jensenShannon.low <= log(2))
    #expect(it.divergences.totalVariation.low <= 1)
    for (side, row) in [(it.reference, reference), (it.tuned, tuned)] {
      #expect(side.rank == DivergenceTwin.rank(of: emitted, in: row))
      let top = DivergenceTwin.top(64, of: row)
      #expect(side.mostProbable.map { Int($0.token.rawValue) } == top)
      #expect(side.top.rawValue == Int32(top[0]))
      #expect(
        side.mostProbable.allSatisfy {
          $0.logprob == Double(row[Int($0.token.rawValue)]) - side.logSumExp
        })
    }
  }

  private func expectClose(_ figure: Figure, _ expected: Double) {
    let found = figure.low
    #expect(found >= 0)
    if expected.isInfinite {
      #expect(found == expected)
    } else if expected >= 1e-10 {
      #expect(abs(found / expected - 1) < Self.relativeError, "found \(found), expected \(expected)")
    } else {
      #expect(abs(found - expected) < 1e-15, "found \(found), expected \(expected)")
    }
  }

  @Test(arguments: [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 3, 8], InstructionSet.available)
  func `every size of noise`(deviation: Double, instructions: InstructionSet) throws {
    for count in [2, 3, 255, 256, 257, 2048, 6007] {
      var generator = SplitMix64(seed: UInt64(count))
      let reference = LikelyRows.row(count: count, using: &generator)
      try compare(
        reference, LikelyRows.perturbed(reference, by: deviation, using: &generator), with: instructions)
    }
  }

  @Test(arguments: [0.7, 7.3, -123.4, 1e4, -1e4] as [Float], InstructionSet.available)
  func `noise on rows that lie a constant apart`(constant: Float, instructions: InstructionSet) throws {
    for (seed, deviation) in [1e-5, 1e-3, 0.1, 2].enumerated() {
      var generator = SplitMix64(seed: UInt64(seed))
      let reference = LikelyRows.row(count: 2500, using: &generator)
      let tuned = LikelyRows.perturbed(reference, by: deviation, using: &generator).map { $0 + constant }
      try compare(reference, tuned, with: instructions)
      try compare(tuned, reference, with: instructions)
    }
  }

  @Test(arguments: InstructionSet.available)
  func `rows near zero that lie a constant apart`(instructions: InstructionSet) throws {
    // The difference of 0.3 and −0.4 needs more digits than a float has: without them the error is 1 in 1000.
    for constant in [Float(0.7), 3.3, 100.1] {
      let reference = [Float(0.3), -0.1, 0.25, 1e-3, 0.31, -2]
      try compare(
        reference, reference.enumerated().map { $1 - constant + Float($0 % 3) * 2e-5 }, with: instructions)
    }
  }

  @Test(arguments: InstructionSet.available)
  func `rising and falling rows`(instructions: InstructionSet) throws {
    let rising = (0..<5000).map { Float($0) * 0.02 }
    try compare(rising, rising.reversed(), with: instructions)
    try compare(rising.map { $0 * 0.1 }, rising.map { $0 * 0.099 }, with: instructions)
  }

  @Test(arguments: InstructionSet.available)
  func `flat rows and rows of one token`(instructions: InstructionSet) throws {
    let flat = [Float](repeating: 3.3, count: 4000)
    for height in [Float(1e-3), 0.1, 5, 12, 30, 63, 65, 100, 1e3, 1e4] {
      var peaked = flat
      peaked[777] += height
      try compare(flat, peaked, with: instructions)
      try compare(peaked, flat, with: instructions)
      var elsewhere = flat
      elsewhere[3999] += height
      try compare(peaked, elsewhere, with: instructions)
    }
  }

  @Test(arguments: InstructionSet.available)
  func `masses below single precision still count`(instructions: InstructionSet) throws {
    // 1 000 tokens of e⁻⁹⁵ against e⁻⁶⁰⁰⁰⁰, and a mask of the most negative float.
    var reference = [Float](repeating: -95, count: 1001), tuned = [Float](repeating: -60000, count: 1001)
    reference[0] = 0
    tuned[0] = 0
    try compare(reference, tuned, with: instructions)
    tuned[1] = -3.4e38
    reference[1] = -20
    try compare(reference, tuned, with: instructions)
    reference[1] = -90
    try compare(reference, tuned, with: instructions)
  }

  @Test(arguments: InstructionSet.available)
  func `masks on one side or both`(instructions: InstructionSet) throws {
    var generator = SplitMix64(seed: 5)
    let reference = LikelyRows.row(count: 3100, using: &generator)
    let tuned = LikelyRows.perturbed(reference, by: 0.4, using: &generator)
    for mask in [-Float.infinity, -3.4e38, -1e9, -65504, -1e4, -120] {
      let some = tuned.enumerated().map { $0 % 3 == 0 ? mask : $1 }
      let others = reference.enumerated().map { $0 % 5 == 0 ? mask : $1 }
      try compare(reference, some, with: instructions)
      try compare(others, tuned, with: instructions)
      try compare(others, some, with: instructions)
      let fewLeft = tuned.map { $0 > 6 ? $0 : mask }
      try compare(reference, fewLeft, with: instructions)
      try compare(fewLeft, reference, with: instructions)
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `any row, in any order`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let count = Int.random(in: 1..<3000, using: &generator)
    let spread = Double.random(in: 0.01..<12, using: &generator)
    let reference = (0..<count).map { _ in Float(spread * generator.normal()) }
    let deviation = exp(Double.random(in: -11..<2, using: &generator))
    try compare(
      reference, LikelyRows.perturbed(reference, by: deviation, using: &generator), with: .best)
  }

  @Test func `paths with fused arithmetic agree to the last bit, the portable one to one in a million`()
    throws
  {
    var generator = SplitMix64(seed: 21)
    for deviation in [1e-4, 0.05, 1, 9] {
      let reference = LikelyRows.row(count: 9001, using: &generator)
      let tuned = LikelyRows.perturbed(reference, by: deviation, using: &generator)
      let found = try InstructionSet.available.map { instructions in
        try DivergenceKernel(instructions: instructions).measure(
          reference: StoredRows.float32(reference), tuned: StoredRows.float32(tuned), emitted: TokenID(3))
      }
      let fused = zip(InstructionSet.available, found).filter { $0.0 != .portable }.map(\.1)
      #expect(fused.allSatisfy { $0 == fused.first })
      let portable = found[0].divergences, best = found[found.count - 1].divergences
      #expect(abs(portable.klTunedReference.low / best.klTunedReference.low - 1) < 1e-6)
      #expect(abs(portable.klReferenceTuned.low / best.klReferenceTuned.low - 1) < 1e-6)
      #expect(abs(portable.jensenShannon.low / best.jensenShannon.low - 1) < 1e-6)
    }
  }
}

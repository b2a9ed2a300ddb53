import Foundation
import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// Random rows, stored in every encoding: what storage moved lies within the bound.
@Suite struct StorageErrorTests {
  private static let encodings: [DenseRow.Encoding] = [.float16, .bfloat16, .affine16]

  /// Scores as f32, and the same in another encoding.
  private static func rows(
    _ scores: [Float], _ encoding: DenseRow.Encoding
  ) -> (exact: DenseRow, stored: DenseRow) {
    var bytes: [UInt8] = []
    switch encoding {
    case .float32: bytes = scores.withUnsafeBytes { Array($0) }
    case .float16: bytes = scores.map { Float16($0).bitPattern }.withUnsafeBytes { Array($0) }
    case .bfloat16: bytes = scores.map(bfloat16).withUnsafeBytes { Array($0) }
    case .affine16:
      let (least, most) = (scores.min() ?? 0, scores.max() ?? 0)
      let scale = (most - least) / 65535
      bytes = [scale, least].withUnsafeBytes { Array($0) }
      // The least score stands at the floor, which says nothing of it: it is stored a step above.
      bytes += scores.map { UInt16(max(1, ((($0 - least) / scale).rounded()))) }.withUnsafeBytes { Array($0) }
    }
    func row(_ bytes: [UInt8], _ encoding: DenseRow.Encoding) -> DenseRow {
      DenseRow(storage: ByteStorage(copying: bytes), offset: 0, count: scores.count, encoding: encoding)
    }
    return (row(scores.withUnsafeBytes { Array($0) }, .float32), row(bytes, encoding))
  }

  private static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }

  private static func figures(_ divergences: Divergences) -> [Double] {
    [
      divergences.klTunedReference, divergences.klReferenceTuned, divergences.jensenShannon,
      divergences.totalVariation, divergences.entropyReference, divergences.entropyTuned,
    ].map(\.low)
  }

  private static func bounds(_ error: StorageError) -> [Double] {
    [
      error.klTunedReference, error.klReferenceTuned, error.jensenShannon, error.totalVariation,
      error.entropyReference, error.entropyTuned,
    ]
  }

  private static func bounds(_ error: StorageErrorTwin) -> [Double] {
    [
      error.klTunedReference, error.klReferenceTuned, error.jensenShannon, error.totalVariation,
      error.entropyReference, error.entropyTuned,
    ]
  }

  @Test(arguments: encodings, 0..<60 as Range<UInt64>)
  func `no figure moves further than its bound`(encoding: DenseRow.Encoding, seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let size = Int.random(in: 2...400, using: &generator)
    let offset = Float.random(in: -40...40, using: &generator)
    let width = Float.random(in: 0.1...6, using: &generator)
    // From the same distribution to an unrelated one.
    let apart: Double = [0.0, 0.01, 0.3, 2].randomElement(using: &generator) ?? 0
    let first = (0..<size).map { _ in offset + width * Float(generator.normal()) }
    let second = first.map { $0 + Float(apart * generator.normal()) }
    let reference = Self.rows(first, encoding)
    let tuned = Self.rows(second, Bool.random(using: &generator) ? encoding : .float32)
    let kernel = DivergenceKernel()
    let exact = try kernel.measure(reference: reference.exact, tuned: tuned.exact, emitted: TokenID(0))
    let stored = try kernel.measure(reference: reference.stored, tuned: tuned.stored, emitted: TokenID(0))
    let error = try #require(StorageError(reference: reference.stored, tuned: tuned.stored))
    let pairs = zip(Self.figures(exact.divergences), Self.figures(stored.divergences))
    for ((exact, stored), bound) in zip(pairs, Self.bounds(error)) {
      // The kernel is good to 5 · 10⁻⁶ of a divergence, and steps of llama.cpp are made in single precision.
      let slack = 1e-5 * max(exact, stored, 1e-3) + (encoding == .affine16 ? bound / 50 : 0)
      #expect(abs(exact - stored) <= bound + slack, "\(exact) was stored as \(stored) ± \(bound)")
    }
  }

  @Test(arguments: encodings, 0..<40 as Range<UInt64>)
  func `the bounds are those of the definition`(encoding: DenseRow.Encoding, seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    // A single score of llama.cpp's has no step.
    let least = encoding == .affine16 ? 2 : 1
    let size = [least, 2, 7, 8, 9, 63, 257, 1000].randomElement(using: &generator) ?? least
    let widths: [Float] = [0.01, 1, 5, 60]
    let width = widths.randomElement(using: &generator) ?? 1
    let excluded: [Float] = encoding == .affine16 ? [] : [-.infinity, -9e4]
    func scores() -> [Float] {
      (0..<size).map { token in
        // The first token stays, so that there is one.
        if token > 0, generator.next() % 16 == 0, let score = excluded.randomElement(using: &generator) {
          return score
        }
        return width * Float(generator.normal())
      }
    }
    // The reference excludes tokens in every other case: then the divergence from it is infinite.
    let drawn = scores()
    let first = seed.isMultiple(of: 2) ? drawn : drawn.map { max($0, -1e4) }
    let (reference, tuned) = (Self.rows(first, encoding).stored, Self.rows(scores(), encoding).stored)
    let found = try #require(StorageError(reference: reference, tuned: tuned))
    let expected = Self.bounds(StorageErrorTwin(reference: reference, tuned: tuned))
    for (found, expected) in zip(Self.bounds(found), expected) {
      #expect(
        found == expected || abs(found - expected) <= 1e-12 * expected, "\(found) in place of \(expected)")
    }
    for instructions in InstructionSet.available {
      #expect(found == StorageError(reference: reference, tuned: tuned, instructions: instructions))
    }
  }

  @Test func `a bound is of the size of what it bounds`() throws {
    var generator = SplitMix64(seed: 1)
    var ratios: [Double] = []
    for _ in 0..<50 {
      let first = (0..<300).map { _ in 18 + 2 * Float(generator.normal()) }
      let second = first.map { $0 + Float(0.5 * generator.normal()) }
      let (reference, tuned) = (Self.rows(first, .float16), Self.rows(second, .float16))
      let kernel = DivergenceKernel()
      let exact = try kernel.measure(reference: reference.exact, tuned: tuned.exact, emitted: TokenID(0))
      let stored = try kernel.measure(reference: reference.stored, tuned: tuned.stored, emitted: TokenID(0))
      let error = try #require(StorageError(reference: reference.stored, tuned: tuned.stored))
      let moved = abs(
        exact.divergences.klTunedReference.low - stored.divergences.klTunedReference.low)
      ratios.append(moved / error.klTunedReference)
    }
    // Errors of 300 tokens go both ways; the worst of fifty rows still reaches a part of the bound.
    #expect(try #require(ratios.max()) > 0.05)
  }

  @Test func `two tokens by hand`() throws {
    // Scores 0 and 1 in half precision: half steps 2⁻²⁵ (the least) and 2⁻¹¹. p = q, so that only the second order counts
    // for KL, and TV changes by no more than both mean steps.
    let (_, row) = Self.rows([0, 1], .float16)
    let error = try #require(StorageError(reference: row, tuned: row))
    let step = 0x1p-11
    let p = 1 / (1 + exp(-1.0))
    #expect(error.klTunedReference > 0 && error.klTunedReference < 3 * step * step)
    #expect(abs(error.totalVariation - 2 * p * step) < 1e-2 * step)
    // H moves by h p |ln p + H|.
    let entropy = -p * log(p) - (1 - p) * log(1 - p)
    #expect(abs(error.entropyTuned - step * p * abs(log(p) + entropy)) < 1e-2 * step)
  }

  @Test func `single precision has no bound, and neither has an infinite divergence`() throws {
    let (exact, stored) = Self.rows([0, 1, -.infinity], .float16)
    #expect(StorageError(reference: exact, tuned: exact) == nil)
    let (_, whole) = Self.rows([0, 1, 2], .float16)
    let error = try #require(StorageError(reference: stored, tuned: whole))
    #expect(error.klTunedReference == .infinity)
    #expect(error.klReferenceTuned.isFinite && error.jensenShannon.isFinite)
    // Scores past the vocabulary are in no figure.
    let cut = try #require(StorageError(reference: stored, tuned: whole, vocabularySize: 2))
    #expect(cut.klTunedReference.isFinite)
  }
}

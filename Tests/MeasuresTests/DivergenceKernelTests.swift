import Foundation
import Measures
import TestSupport
import Testing
import Tokenization

@Suite struct DivergenceKernelTests {
  private let kernel = DivergenceKernel(topCount: 4)

  private func measure(
    _ reference: [Float], _ tuned: [Float], emitted: Int32 = 0, kernel: DivergenceKernel? = nil
  ) throws -> DenseMeasures {
    try (kernel ?? self.kernel).measure(
      reference: StoredRows.float32(reference), tuned: StoredRows.float32(tuned), emitted: TokenID(emitted))
  }

  @Test func `two coins by hand`() throws {
    // reference (¼, ¾), tuned (½, ½), as logits ln 1, ln 3 and 0, 0.
    let it = try measure([0, 1.0986122886681098], [0, 0], emitted: 1)
    let found = it.divergences
    // ½ ln(½ / ¼) + ½ ln(½ / ¾) = ½ ln(4/3)
    #expect(abs(found.klTunedReference.low - 0.143841036225890) < 1e-7)
    // ¼ ln(¼ / ½) + ¾ ln(¾ / ½) = ln 2 · −¼ + ¾ ln 1.5
    #expect(abs(found.klReferenceTuned.low - 0.130812035941137) < 1e-7)
    // mixture (3/8, 5/8): ½ (¼ ln ⅔ + ¾ ln 6/5) + ½ (½ ln 4/3 + ½ ln 4/5)
    #expect(abs(found.jensenShannon.low - 0.033822075568605) < 1e-7)
    #expect(abs(found.totalVariation.low - 0.25) < 1e-7)
    #expect(abs(found.entropyReference.low - 0.562335144618808) < 1e-6)
    #expect(abs(found.entropyTuned.low - 0.693147180559945) < 1e-6)
    #expect(abs(it.reference.logSumExp - 1.386294361119891) < 1e-6)
    #expect(abs(it.tuned.logSumExp - 0.693147180559945) < 1e-6)
    #expect(abs(it.reference.logprob - -0.287682072451781) < 1e-6)
    #expect(abs(it.tuned.logprob - -0.693147180559945) < 1e-6)
    #expect(it.reference.rank == 1 && it.tuned.rank == 1)
    #expect(it.reference.top == TokenID(1) && it.tuned.top == TokenID(0))
  }

  @Test func `ranks count the strictly greater, lists order ties by id`() throws {
    let it = try measure([3, 1, 3, 2, -.infinity], [1, 1, 1, 1, 2], emitted: 3)
    #expect(it.reference.rank == 3)
    #expect(it.tuned.rank == 2)
    #expect(it.reference.mostProbable.map(\.token) == [0, 2, 3, 1].map { TokenID($0) })
    #expect(it.tuned.mostProbable.map(\.token) == [4, 0, 1, 2].map { TokenID($0) })
    #expect(it.tuned.top == TokenID(4))
  }

  @Test func `a list leaves out tokens without probability`() throws {
    let it = try measure([-.infinity, 5, -.infinity], [0, 0, 0])
    #expect(it.reference.mostProbable == [.init(token: TokenID(1), logprob: 0)])
    #expect(it.reference.logprob == -.infinity)
    #expect(it.reference.rank == 2)
  }

  @Test func `a vocabulary of one token has nothing to say`() throws {
    let it = try measure([3], [-8])
    #expect(it.divergences.isZero)
    #expect(it.divergences.entropyReference.low < 1e-30 && it.divergences.entropyTuned.low < 1e-30)
    #expect(it.reference.logprob == 0 && it.tuned.rank == 1)
  }

  @Test func `the divergence of a row that allows what the other excludes is infinite`() throws {
    // reference (½, ½, 0), tuned (½, 0, ½)
    let it = try measure([0, 0, -.infinity], [0, -.infinity, 0]).divergences
    #expect(it.klTunedReference == .exact(.infinity))
    #expect(it.klReferenceTuned == .exact(.infinity))
    // ½ · 2 · ½ ln 2
    #expect(abs(it.jensenShannon.low - 0.346573590279973) < 1e-6)
    #expect(abs(it.totalVariation.low - 0.5) < 1e-7)
  }

  @Test func `the divergence of a row with fewer tokens is finite`() throws {
    // tuned (1, 0) from reference (½, ½): ln 2; the other way infinite.
    let it = try measure([0, 0], [0, -.infinity]).divergences
    #expect(abs(it.klTunedReference.low - 0.693147180559945) < 1e-6)
    #expect(it.klReferenceTuned == .exact(.infinity))
  }

  @Test func `tokens that both exclude change nothing`() throws {
    var generator = SplitMix64(seed: 7)
    let reference = LikelyRows.row(count: 700, using: &generator)
    let tuned = LikelyRows.perturbed(reference, by: 0.5, using: &generator)
    let excluded = [Float](repeating: -.infinity, count: 900)
    let plain = try measure(reference, tuned).divergences
    let padded = try measure(reference + excluded, tuned + excluded).divergences
    #expect(abs(plain.klTunedReference.low / padded.klTunedReference.low - 1) < 5e-6)
    #expect(abs(plain.klReferenceTuned.low / padded.klReferenceTuned.low - 1) < 5e-6)
    #expect(abs(plain.totalVariation.low - padded.totalVariation.low) < 1e-6)
  }

  @Test func `padded columns stay out of the softmax`() throws {
    let kernel = DivergenceKernel(vocabularySize: 3)
    let it = try measure([0, 1, 2, .nan, 90], [1, 0, 2, 90, .infinity], emitted: 2, kernel: kernel)
    #expect(try it == measure([0, 1, 2], [1, 0, 2], emitted: 2, kernel: kernel))
    // A reference without padding and a tuned model with it have one vocabulary.
    #expect(try it == measure([0, 1, 2], [1, 0, 2, 9], emitted: 2, kernel: kernel))
  }

  @Test(arguments: [1, 2, 31, 32, 33, 255, 256, 257, 511, 512, 513, 2047, 2048, 2049, 5000])
  func `identical rows are exactly equal`(count: Int) throws {
    var generator = SplitMix64(seed: UInt64(count))
    var row = LikelyRows.row(count: count, using: &generator)
    #expect(try measure(row, row).divergences.isZero)
    row[count / 2] = -.infinity
    if count > 1 { #expect(try measure(row, row).divergences.isZero) }
  }

  @Test(arguments: [Float(64), -64, 4096, -16384])
  func `a constant added to every score changes nothing at all`(constant: Float) throws {
    var generator = SplitMix64(seed: 3)
    // Multiples of 2⁻⁹ below 16: the sums are exact.
    let row = LikelyRows.row(count: 3000, using: &generator).map { ($0 * 256).rounded() / 256 }
    let it = try measure(row, row.map { $0 + constant })
    #expect(it.divergences.isZero)
    #expect(it.tuned.logSumExp - it.reference.logSumExp == Double(constant))
  }

  @Test func `the same rows give the same bits at every address and on every thread`() async throws {
    var generator = SplitMix64(seed: 11)
    let reference = LikelyRows.row(count: 4099, using: &generator)
    let tuned = LikelyRows.perturbed(reference, by: 0.3, using: &generator)
    let once = try measure(reference, tuned, emitted: 9)
    try await withThrowingTaskGroup(of: DenseMeasures.self) { group in
      for misalignment in 0..<67 {
        group.addTask {
          try kernel.measure(
            reference: StoredRows.float32(reference, misalignment: misalignment),
            tuned: StoredRows.float32(tuned, misalignment: 66 - misalignment), emitted: TokenID(9))
        }
      }
      for try await it in group { #expect(it == once) }
    }
  }
}

extension Divergences {
  /// Whether the two distributions are reported as one and the same.
  fileprivate var isZero: Bool {
    [klTunedReference, klReferenceTuned, jensenShannon, totalVariation].allSatisfy { $0 == .exact(0) }
  }
}

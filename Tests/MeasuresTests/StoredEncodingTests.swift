import Measures
import TestSupport
import Testing
import Tokenization
import Traces

/// Every encoding must say what the same numbers say as float32.
@Suite struct StoredEncodingTests {
  private struct Stored {
    var name: DenseRow.Encoding
    var row: DenseRow
    var values: [Float]
  }

  private func stored(_ scores: [Float], misalignment: Int) -> [Stored] {
    let half = scores.map(StoredRows.halfBits), brain = scores.map(StoredRows.brainBits)
    let steps = scores.map { UInt16(max(0, min(65535, ($0 + 20) * 1000))) }
    let scale: Float = 0.001, minimum: Float = -19.75
    return [
      Stored(
        name: .float32, row: StoredRows.float32(scores, misalignment: misalignment), values: scores),
      Stored(
        name: .float16, row: StoredRows.float16(half, misalignment: misalignment),
        values: half.map(StoredRows.value(ofHalf:))),
      Stored(
        name: .bfloat16, row: StoredRows.bfloat16(brain, misalignment: misalignment),
        values: brain.map(StoredRows.value(ofBrain:))),
      Stored(
        name: .affine16,
        row: StoredRows.affine16(scale: scale, minimum: minimum, steps: steps, misalignment: misalignment),
        values: steps.map { Float($0) * scale + minimum }),
    ]
  }

  @Test(arguments: [1, 33, 3000, 4101], InstructionSet.available)
  func `every pair of encodings measures the numbers it stands for`(
    count: Int, instructions: InstructionSet
  ) throws {
    var generator = SplitMix64(seed: UInt64(count))
    let first = LikelyRows.row(count: count, using: &generator)
    let second = LikelyRows.perturbed(first, by: 0.2, using: &generator)
    let kernel = DivergenceKernel(topCount: 20, instructions: instructions)
    let emitted = TokenID(Int32(count / 2))
    for reference in stored(first, misalignment: 1) {
      for tuned in stored(second, misalignment: 7) {
        let found = try kernel.measure(reference: reference.row, tuned: tuned.row, emitted: emitted)
        let expected = try kernel.measure(
          reference: StoredRows.float32(reference.values), tuned: StoredRows.float32(tuned.values),
          emitted: emitted)
        if (reference.name, tuned.name) == (.bfloat16, .bfloat16) {
          // What the difference of two scores rounds away is put back for float32 only.
          expectNear(found.divergences, expected.divergences)
          #expect(found.reference.mostProbable.map(\.token) == expected.reference.mostProbable.map(\.token))
          #expect(found.tuned.rank == expected.tuned.rank)
        } else {
          #expect(found == expected, "\(reference.name) and \(tuned.name)")
        }
      }
    }
  }

  private func expectNear(_ found: Divergences, _ expected: Divergences) {
    let pairs = [
      (found.klTunedReference, expected.klTunedReference),
      (found.klReferenceTuned, expected.klReferenceTuned),
      (found.jensenShannon, expected.jensenShannon), (found.entropyTuned, expected.entropyTuned),
    ]
    for (a, b) in pairs { #expect(abs(a.low - b.low) <= 2e-6 * b.low) }
  }

  @Test func `equal values in different encodings do not diverge`() throws {
    var generator = SplitMix64(seed: 2)
    let values = LikelyRows.row(count: 5000, using: &generator)
      .map { StoredRows.value(ofBrain: StoredRows.brainBits(($0 * 16).rounded() / 16)) }
    let rows = [
      StoredRows.float32(values), StoredRows.bfloat16(values.map(StoredRows.brainBits)),
      StoredRows.float16(values.map(StoredRows.halfBits)),
    ]
    for reference in rows {
      for tuned in rows {
        let it = try DivergenceKernel().measure(reference: reference, tuned: tuned, emitted: TokenID(0))
        #expect(it.divergences.klTunedReference == .exact(0))
        #expect(it.divergences.klReferenceTuned == .exact(0))
        #expect(it.divergences.totalVariation == .exact(0))
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func `every half-precision number is read, subnormal ones too`(instructions: InstructionSet) throws {
    let kernel = DivergenceKernel(topCount: 64, instructions: instructions)
    for start in stride(from: 0, to: 0x10000, by: 64) {
      let bits = (start..<start + 64).map { UInt16($0) }
      let values = bits.map(StoredRows.value(ofHalf:))
      guard values.allSatisfy({ $0 < .infinity && $0 > -.infinity }) else { continue }
      let it = try kernel.measure(
        reference: StoredRows.float16(bits), tuned: StoredRows.float32(values), emitted: TokenID(1))
      #expect(it.divergences.totalVariation == .exact(0))
      #expect(it.reference == it.tuned)
    }
  }

  @Test func `special half-precision numbers are told apart`() {
    func problem(_ bits: [UInt16]) -> RowProblem? {
      do {
        _ = try DivergenceKernel().measure(
          reference: StoredRows.float16(bits), tuned: StoredRows.float16([0, 0]), emitted: TokenID(0))
        return nil
      } catch {
        return error
      }
    }
    #expect(problem([0, 0x7C00]) == .plusInfinity(.reference, token: TokenID(1)))
    #expect(problem([0, 0xFE00]) == .notANumber(.reference, token: TokenID(1)))
    #expect(problem([0, 0xFC00]) == nil)
    #expect(problem([0xFC00, 0xFC00]) == .noProbability(.reference))
  }
}

import Foundation
import Measures
import TestSupport
import Testing
import Tokenization

@Suite struct PredictedSharesTests {
  @Test(arguments: InstructionSet.available)
  func `shares are what the definition gives each token, summed over positions`(
    instructions: InstructionSet
  ) throws {
    let count = 1100, positions = 70
    var generator = SplitMix64(seed: 1)
    var shares = PredictedShares(vocabularySize: count)
    var klShares = [Double](repeating: 0, count: count), movedMass = klShares, kl = 0.0
    for _ in 0..<positions {
      let reference = LikelyRows.row(count: count, using: &generator)
      let tuned = LikelyRows.perturbed(reference, by: 0.8, using: &generator)
      let it = try DivergenceKernel(instructions: instructions).measure(
        reference: StoredRows.float32(reference), tuned: StoredRows.float32(tuned), emitted: TokenID(0),
        adding: &shares)
      kl += it.divergences.klTunedReference.low
      let twin = DivergenceTwin(reference: reference, tuned: tuned)
      for v in 0..<count {
        klShares[v] += twin.klShares[v]
        movedMass[v] += twin.movedMass[v]
      }
    }
    #expect(shares.positionCount == positions)
    let found = shares.klShares, moved = shares.movedMass
    for v in 0..<count {
      #expect(abs(found[v] - klShares[v]) < 2e-6 * Double(positions))
      #expect(abs(moved[v] - movedMass[v]) < 2e-6 * Double(positions))
    }
    #expect(abs(found.reduce(0, +) - kl) < 1e-6 * Double(positions))
    #expect(abs(moved.reduce(0, +)) < 1e-6 * Double(positions))
  }

  @Test func `asking for shares changes no measure, in any encoding`() throws {
    var generator = SplitMix64(seed: 8)
    let scores = LikelyRows.row(count: 4103, using: &generator)
    let others = LikelyRows.perturbed(scores, by: 0.1, using: &generator)
    let pairs = [
      (StoredRows.float32(scores), StoredRows.float32(others)),
      (
        StoredRows.bfloat16(scores.map(StoredRows.brainBits)),
        StoredRows.bfloat16(others.map(StoredRows.brainBits))
      ),
      (StoredRows.float16(scores.map(StoredRows.halfBits)), StoredRows.float32(others)),
    ]
    for (reference, tuned) in pairs {
      var shares = PredictedShares(vocabularySize: 4103)
      let kernel = DivergenceKernel()
      let with = try kernel.measure(
        reference: reference, tuned: tuned, emitted: TokenID(0), adding: &shares)
      #expect(try with == kernel.measure(reference: reference, tuned: tuned, emitted: TokenID(0)))
    }
  }

  @Test func `pairs of bfloat16 give every token its own share`() throws {
    // Only token 40 rises, from 1 to e⁴ parts, so only its share is positive.
    let zero = [Float](repeating: 0, count: 96)
    var tuned = zero
    tuned[40] = 4
    var shares = PredictedShares(vocabularySize: 96)
    _ = try DivergenceKernel().measure(
      reference: StoredRows.bfloat16(zero.map(StoredRows.brainBits)),
      tuned: StoredRows.bfloat16(tuned.map(StoredRows.brainBits)), emitted: TokenID(0), adding: &shares)
    #expect(shares.klShares.indices.filter { shares.klShares[$0] > 0 } == [40])
    #expect(shares.movedMass.indices.filter { shares.movedMass[$0] > 0 } == [40])
  }

  @Test func `an infinite divergence is counted apart and adds mass only`() throws {
    var shares = PredictedShares(vocabularySize: 3)
    let kernel = DivergenceKernel()
    _ = try kernel.measure(
      reference: StoredRows.float32([0, 0, -.infinity]), tuned: StoredRows.float32([0, -.infinity, 0]),
      emitted: TokenID(0), adding: &shares)
    #expect(shares.infinitePositionCount == 1 && shares.positionCount == 0)
    #expect(shares.klShares == [0, 0, 0])
    #expect(zip(shares.movedMass, [0, -0.5, 0.5]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func `a position with a problem adds nothing`() {
    var shares = PredictedShares(vocabularySize: 2)
    #expect(throws: RowProblem.notANumber(.tuned, token: TokenID(1))) {
      try DivergenceKernel().measure(
        reference: StoredRows.float32([0, 1]), tuned: StoredRows.float32([0, .nan]), emitted: TokenID(0),
        adding: &shares)
    }
    #expect(shares.klShares == [0, 0] && shares.movedMass == [0, 0])
    #expect(shares.positionCount == 0 && shares.infinitePositionCount == 0)
  }

  @Test(arguments: [1, 64, 65]) func `shares that were cleared are as new ones`(positions: Int) throws {
    let a = StoredRows.float32([0, 1, 2]), b = StoredRows.float32([2, 1, -.infinity])
    let kernel = DivergenceKernel()
    var used = PredictedShares(vocabularySize: 3), new = used
    for _ in 0..<positions {
      _ = try kernel.measure(reference: b, tuned: a, emitted: TokenID(0), adding: &used)
      _ = try kernel.measure(reference: a, tuned: a, emitted: TokenID(0), adding: &used)
    }
    used.clear()
    #expect(used.positionCount == 0 && used.infinitePositionCount == 0)
    #expect(used.klShares == [0, 0, 0] && used.movedMass == [0, 0, 0])
    _ = try kernel.measure(reference: a, tuned: b, emitted: TokenID(0), adding: &used)
    _ = try kernel.measure(reference: a, tuned: b, emitted: TokenID(0), adding: &new)
    #expect(used.klShares == new.klShares && used.movedMass == new.movedMass)
    #expect(used.positionCount == new.positionCount)
  }

  @Test func `shares of two sets of positions add up`() throws {
    let kernel = DivergenceKernel()
    let a = StoredRows.float32([0, 1, 2]), b = StoredRows.float32([2, 1, 0])
    var first = PredictedShares(vocabularySize: 3), second = first, both = first
    _ = try kernel.measure(reference: a, tuned: b, emitted: TokenID(0), adding: &first)
    _ = try kernel.measure(reference: b, tuned: a, emitted: TokenID(0), adding: &second)
    _ = try kernel.measure(reference: a, tuned: b, emitted: TokenID(0), adding: &both)
    _ = try kernel.measure(reference: b, tuned: a, emitted: TokenID(0), adding: &both)
    first.add(second)
    #expect(first.positionCount == 2)
    #expect(zip(first.klShares, both.klShares).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(first.movedMass, both.movedMass).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}

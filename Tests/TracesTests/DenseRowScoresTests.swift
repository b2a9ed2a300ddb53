import Foundation
import Testing

@testable import Traces

/// Scores as files store them, decoded one by one and all at once.
@Suite struct DenseRowScoresTests {
  private static func row(_ bits: [UInt16], _ encoding: DenseRow.Encoding) -> DenseRow {
    DenseRow(
      storage: ByteStorage(copying: bits.map(\.littleEndian).withUnsafeBytes { Array($0) }), offset: 0,
      count: bits.count, encoding: encoding)
  }

  @Test func `every number in half precision is the one that the language reads`() {
    let row = Self.row(Array(UInt16.min...UInt16.max), .float16)
    let scores = row.scores()
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      for score in [scores[Int(bits)], row.score(at: Int(bits))] {
        if expected.isNaN {
          #expect(score.isNaN)
        } else {
          #expect(score.bitPattern == expected.bitPattern, "pattern \(bits)")
        }
      }
    }
  }

  @Test func `half a step of every finite number in half precision`() {
    for bits in UInt16.min...UInt16.max {
      let number = Float16(bitPattern: bits)
      guard number.isFinite else { continue }
      #expect(DenseRow.Encoding.float16.rounding(of: Float(number)) == Double(number.ulp) / 2)
    }
  }

  @Test func `steps of scores that have no probability are nothing`() {
    // 8 and −8 in half precision have steps of 2⁻⁷; −60000 is too far below to have any probability.
    let row = Self.row([8, -8, -60_000].map { Float16($0).bitPattern }, .float16)
    #expect(row.halfSteps(of: row.scores()[...]) == [0x1p-8, 0x1p-8, 0])
  }
}

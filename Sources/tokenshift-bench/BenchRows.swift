import CDivergence
import Foundation

/// Positions of two models in memory, more than any cache holds, once in each encoding.
///
/// The numbers look like logits: a bell-shaped body that falls with the token id, and a few hundred tokens above it. The
/// kernel's time does not depend on them.
final class BenchRows: @unchecked Sendable {
  // Written in `init` only.
  let vocabularySize: Int
  let positionCount: Int
  private let reference: [Stored]
  private let tuned: [Stored]

  private struct Stored {
    var encoding: divergence_encoding
    var rowSize: Int
    var bytes: UnsafeMutableRawPointer
  }

  init(vocabularySize: Int, positionCount: Int) {
    self.vocabularySize = vocabularySize
    self.positionCount = positionCount
    let scores = Self.likelyScores(vocabularySize: vocabularySize, positionCount: positionCount)
    reference = Self.stored(scores.reference, rowCount: positionCount)
    tuned = Self.stored(scores.tuned, rowCount: positionCount)
  }

  deinit { for it in reference + tuned { it.bytes.deallocate() } }

  /// The bytes of one position of both models.
  func positionSize(_ encoding: divergence_encoding) -> Int { 2 * stored(reference, encoding).rowSize }

  func referenceRow(_ position: Int, _ encoding: divergence_encoding) -> divergence_row {
    row(reference, position, encoding)
  }

  func tunedRow(_ position: Int, _ encoding: divergence_encoding) -> divergence_row {
    row(tuned, position, encoding)
  }

  private func row(
    _ rows: [Stored], _ position: Int, _ encoding: divergence_encoding
  ) -> divergence_row {
    let it = stored(rows, encoding)
    return divergence_row(bytes: it.bytes + position * it.rowSize, encoding: encoding)
  }

  private func stored(_ rows: [Stored], _ encoding: divergence_encoding) -> Stored {
    rows[encoding == DIVERGENCE_FLOAT32 ? 0 : encoding == DIVERGENCE_FLOAT16 ? 1 : 2]
  }

  private static func stored(_ scores: [Float], rowCount: Int) -> [Stored] {
    let halves = scores.map(halfBits), brains = scores.map { UInt16($0.bitPattern >> 16) }
    return [
      copy(scores, DIVERGENCE_FLOAT32, rowCount), copy(halves, DIVERGENCE_FLOAT16, rowCount),
      copy(brains, DIVERGENCE_BFLOAT16, rowCount),
    ]
  }

  private static func copy<Score>(
    _ scores: [Score], _ encoding: divergence_encoding, _ rowCount: Int
  ) -> Stored {
    let size = scores.count * MemoryLayout<Score>.stride
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    scores.withUnsafeBytes {
      bytes.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(bytes), byteCount: size)
    }
    return Stored(encoding: encoding, rowSize: size / rowCount, bytes: bytes)
  }

  /// Half-precision bits towards 0; 0 below 2⁻¹⁴.
  private static func halfBits(_ value: Float) -> UInt16 {
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    guard value.magnitude >= 0x1p-14 else { return sign }
    return sign | UInt16((value.magnitude.bitPattern - (112 << 23)) >> 13)
  }

  private static func likelyScores(
    vocabularySize: Int, positionCount: Int
  ) -> (reference: [Float], tuned: [Float]) {
    var generator = SystemRandomNumberGenerator()
    var reference: [Float] = [], tuned: [Float] = []
    for _ in 0..<positionCount {
      let start = reference.count
      for v in 0..<vocabularySize {
        let body = 2 * normal(&generator) - 1.5 * log1p(Float(v) / 2000) + 2
        reference.append(body)
        tuned.append(body + 0.3 * normal(&generator))
      }
      for place in 0..<300 {
        let v = start + Int.random(in: 0..<vocabularySize, using: &generator)
        let height = Float.random(in: place < 6 ? 8..<16 : 0..<8, using: &generator)
        reference[v] += height
        tuned[v] += height
      }
    }
    return (reference, tuned)
  }

  /// About normal: the sum of four uniform numbers with variance 1.
  private static func normal(_ generator: inout SystemRandomNumberGenerator) -> Float {
    let bits = generator.next()
    var sum: Float = 0
    for shift in stride(from: 0, to: 64, by: 16) { sum += Float(bits >> UInt64(shift) & 0xFFFF) }
    return (sum / 65536 - 2) * 1.732
  }
}

import Tokenization
import Traces

/// Makes rows out of numbers.
enum StoredRows {
  /// A row of float32, `misalignment` bytes into its storage.
  static func float32(_ scores: [Float], misalignment: Int = 0) -> DenseRow {
    row(scores.flatMap { bytes($0.bitPattern) }, count: scores.count, .float32, misalignment)
  }

  static func bfloat16(_ bits: [UInt16], misalignment: Int = 0) -> DenseRow {
    row(bits.flatMap { bytes($0) }, count: bits.count, .bfloat16, misalignment)
  }

  static func float16(_ bits: [UInt16], misalignment: Int = 0) -> DenseRow {
    row(bits.flatMap { bytes($0) }, count: bits.count, .float16, misalignment)
  }

  static func affine16(
    scale: Float, minimum: Float, steps: [UInt16], misalignment: Int = 0
  ) -> DenseRow {
    let header = bytes(scale.bitPattern) + bytes(minimum.bitPattern)
    return row(header + steps.flatMap { bytes($0) }, count: steps.count, .affine16, misalignment)
  }

  private static func row(
    _ content: [UInt8], count: Int, _ encoding: DenseRow.Encoding, _ misalignment: Int
  ) -> DenseRow {
    let storage = ByteStorage(copying: Array(repeating: 0xFF, count: misalignment) + content)
    return DenseRow(storage: storage, offset: misalignment, count: count, encoding: encoding)
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The value of IEEE half-precision bits, from the definition of the format.
  static func value(ofHalf bits: UInt16) -> Float {
    let exponent = Int(bits >> 10) & 0x1F, fraction = Float(bits & 0x3FF)
    let magnitude =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? Float.infinity : .nan
      default: (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
      }
    return bits & 0x8000 == 0 ? magnitude : -magnitude
  }

  /// The value of bfloat16 bits: the upper half of a float32.
  static func value(ofBrain bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// The bfloat16 bits next to a number, towards 0.
  static func brainBits(_ value: Float) -> UInt16 { UInt16(value.bitPattern >> 16) }

  /// The half-precision bits next to a number of at least 2⁻¹⁴, towards 0; 0 for a smaller one.
  static func halfBits(_ value: Float) -> UInt16 {
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    guard value.magnitude >= 0x1p-14 else { return sign }
    return sign | UInt16((value.magnitude.bitPattern - (112 << 23)) >> 13)
  }
}

import Measures

/// What one prompt's responses add to the means of one vocabulary token: a record of the blobs of `promptToken`.
///
/// 52 bytes, little-endian: seven 32-bit integers in the order below, then three 64-bit floats.
struct PromptToken {
  static let byteCount = 52

  var tokenID: Int32
  var count: Int32 = 0
  /// Positions whose reference rank is known, and those of them that are shifted.
  var ranked: Int32 = 0
  var shifted: Int32 = 0
  var rankShiftCount: Int32 = 0
  var logprobShiftCount: Int32 = 0
  var klTunedReferenceCount: Int32 = 0
  var rankShiftSum = 0.0
  var logprobShiftSum = 0.0
  /// The sum of the finite lower bounds.
  var klTunedReferenceSumLow = 0.0

  /// The sums of a token over the positions of a prompt.
  init(tokenID: Int32, _ totals: ShiftTotals) {
    self.tokenID = tokenID
    count = Int32(clamping: totals.count)
    ranked = Int32(clamping: totals.ranked)
    shifted = Int32(clamping: totals.shifted)
    rankShiftCount = Int32(clamping: totals.rankShiftCount)
    logprobShiftCount = Int32(clamping: totals.logprobShiftCount)
    klTunedReferenceCount = Int32(clamping: totals.klTunedReference.count)
    rankShiftSum = Double(totals.rankShift)
    logprobShiftSum = totals.logprobShift
    klTunedReferenceSumLow = totals.klTunedReference.low
  }

  /// The record at a place in a blob.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    func integer(_ place: Int) -> Int32 {
      Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4 * place, as: Int32.self))
    }
    func real(_ place: Int) -> Double {
      Double(
        bitPattern: UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 28 + 8 * place, as: UInt64.self)))
    }
    tokenID = integer(0)
    count = integer(1)
    ranked = integer(2)
    shifted = integer(3)
    rankShiftCount = integer(4)
    logprobShiftCount = integer(5)
    klTunedReferenceCount = integer(6)
    rankShiftSum = real(0)
    logprobShiftSum = real(1)
    klTunedReferenceSumLow = real(2)
  }

  /// Appends the record to a blob.
  func encode(to bytes: inout [UInt8]) {
    func append(_ word: some FixedWidthInteger) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(tokenID)
    append(count)
    append(ranked)
    append(shifted)
    append(rankShiftCount)
    append(logprobShiftCount)
    append(klTunedReferenceCount)
    append(rankShiftSum.bitPattern)
    append(logprobShiftSum.bitPattern)
    append(klTunedReferenceSumLow.bitPattern)
  }
}

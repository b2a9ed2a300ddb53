/// What truncated rows moved onto the tokens that they list, as bytes.
///
/// 12 bytes for a token, little-endian: its id as a 32-bit integer, moved mass and share of KL as 32-bit floats.
enum ListedTokenBytes {
  private static let byteCount = 12

  /// Tokens as bytes, in their order.
  static func encoded(_ entries: [MovedTokens.Entry]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.count * byteCount)
    func append(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
    for entry in entries {
      append(UInt32(bitPattern: entry.tokenID))
      append(Float(entry.movedMass).bitPattern)
      append(Float(entry.klShare).bitPattern)
    }
    return bytes
  }

  /// Reads tokens one after the other.
  static func forEach(
    in bytes: UnsafeRawBufferPointer, _ body: (MovedTokens.Entry) -> Void
  ) throws {
    guard bytes.count.isMultiple(of: byteCount) else { throw DamagedRow() }
    for offset in stride(from: 0, to: bytes.count, by: byteCount) {
      body(
        MovedTokens.Entry(
          tokenID: Int32(bitPattern: bytes.word(at: offset)), movedMass: bytes.figure(at: offset + 4),
          klShare: bytes.figure(at: offset + 8)))
    }
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian number of 32 bits.
  fileprivate func word(at offset: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// A figure that was kept with 32 bits.
  func figure(at offset: Int) -> Double { Double(Float(bitPattern: word(at: offset))) }
}

internal import Crypto

extension Vocabulary {
  /// A digest of which bytes stand behind which id: two vocabularies with one fingerprint are the same
  /// for everything that is counted or compared by id.
  ///
  /// SHA-256 in hexadecimal over, for every id that has a token in increasing order, the id and the
  /// number of bytes as little-endian 32-bit numbers, and the bytes. Flags and merges do not enter.
  public var fingerprint: String {
    var hash = SHA256()
    for id in ids {
      guard let bytes = bytes(of: id) else { continue }
      withUnsafeBytes(of: UInt32(id.rawValue).littleEndian) { hash.update(bufferPointer: $0) }
      withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
      bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return hash.finalize().hexadecimal
  }
}

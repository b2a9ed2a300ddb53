import Crypto
import Foundation

/// A fingerprint of a file's contents, so that an index says what it was made from.
///
/// It is the SHA-256 of the file, which `sha256sum` shows too. Of tensors, which are measured faster than they can be
/// hashed, it is taken up to ``wholeLimit`` bytes; beyond them it is the SHA-256 of the size, of the first and the last
/// MiB, and of the first 4 KiB of every 64 KiB between. So it sees every row of 64 KiB or more that was scored again, and
/// can miss a change of fewer bytes. Text, in which one line may be mended by hand, is hashed whole, whatever its size.
public struct FileDigest: Equatable, Sendable {
  /// How the digest was taken.
  public enum Kind: String, Sendable {
    /// Over all bytes.
    case sha256
    /// Over the size, both ends, and a sixteenth of what lies between.
    case sampled = "sha256-sampled"
  }

  /// Files of tensors up to this many bytes are hashed whole.
  public static let wholeLimit = 8 << 20
  private static let endSize = 1 << 20
  private static let stride = 64 << 10
  private static let blockSize = 4 << 10

  /// Hexadecimal digits.
  public let hex: String
  /// How it was taken.
  public let kind: Kind
  /// The size of the file in bytes.
  public let byteCount: Int

  /// The digest of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - isSampledWhenLarge: Whether blocks suffice of a file beyond ``wholeLimit``.
  public init(path: String, isSampledWhenLarge: Bool) throws {
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? handle.close() }
    byteCount = Int(try handle.seekToEnd())
    var hash = SHA256()
    if byteCount <= Self.wholeLimit || !isSampledWhenLarge {
      kind = .sha256
      try handle.seek(toOffset: 0)
      while let block = try handle.read(upToCount: 1 << 20), !block.isEmpty { hash.update(data: block) }
    } else {
      kind = .sampled
      hash.update(data: withUnsafeBytes(of: UInt64(byteCount).littleEndian) { Data($0) })
      func add(_ offset: Int, _ size: Int) throws {
        try handle.seek(toOffset: UInt64(offset))
        hash.update(data: try handle.read(upToCount: size) ?? Data())
      }
      let end = byteCount - Self.endSize
      try add(0, Self.endSize)
      for offset in Swift.stride(from: Self.endSize, to: end, by: Self.stride) {
        try add(offset, Self.blockSize)
      }
      try add(end, Self.endSize)
    }
    hex = Self.hex(of: hash.finalize())
  }

  /// The name of a prompt that has none: a digest of its token ids, so that equal prompts share it.
  static func promptName(ofTokens tokens: [Int32]) -> String {
    let bytes = tokens.map(\.littleEndian).withUnsafeBytes { Data($0) }
    return "sha256:" + hex(of: SHA256.hash(data: bytes)).prefix(16)
  }

  private static func hex(of digest: SHA256.Digest) -> String {
    digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

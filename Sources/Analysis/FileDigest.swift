import Crypto
import Foundation
import Tokenization
public import Traces

/// A fingerprint of a file's contents, so that an index says what it was made from.
///
/// Of up to ``wholeLimit`` bytes it is the SHA-256 of the file, which `sha256sum` shows too.
///
/// Tensors are measured faster than they can be hashed, so of more bytes it is the SHA-256 of 64 KiB at both ends and the
/// first 512 bytes of every 60 KiB between, in the order of the file, and of the size. So it sees every row of 60 KiB or
/// more that was scored again, 32,000 tokens in 16 bits, and can miss a change of fewer bytes.
///
/// Text, in which one line may be mended by hand, is hashed whole, whatever its size: a file whose first 64 KiB hold no zero
/// byte. Of more bytes it is the 128-bit XXH3, which `xxh128sum` shows too, as SHA-256 would take an eighth of a whole
/// batch. It sees every change by accident; it is no proof against a change made to have the same digest.
public struct FileDigest: Equatable, Sendable {
  /// How the digest was taken.
  public enum Kind: String, Sendable {
    /// SHA-256 over all bytes.
    case sha256
    /// XXH3 of 128 bits, seed 0, over all bytes.
    case xxh128
    /// SHA-256 over both ends, 1 byte in 120 of what lies between, and the size.
    case sampled = "sha256-sampled"
  }

  /// Files of up to this many bytes have the SHA-256 of all of them.
  public static let wholeLimit = 8 << 20
  private static let endSize = 64 << 10
  private static let stride = 60 << 10
  private static let blockSize = 512

  /// Hexadecimal digits.
  public let hex: String
  /// How it was taken.
  public let kind: Kind
  /// The size of the file in bytes.
  public let byteCount: Int

  /// The digest of a file.
  ///
  /// - Parameter mapped: Its bytes, where they are mapped already: those of a text are then not read again.
  /// - Throws: The system's error; ``StudyError`` or ``TraceError`` where the file shrinks while it is read.
  public init(path: String, mapped: ByteStorage? = nil) throws {
    if let mapped, let digest = try Self.digest(ofText: mapped, path) {
      (hex, kind, byteCount) = (digest.hex, digest.kind, mapped.count)
      return
    }
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? handle.close() }
    byteCount = Int(try handle.seekToEnd())
    var blocks = FileBlocks(descriptor: handle.fileDescriptor, path: path)
    let beginning = min(byteCount, Self.endSize)
    try blocks.add(0..<beginning)
    kind = Self.kind(byteCount: byteCount, isText: !blocks.holdZero)
    blocks.choose(kind.hash)
    if kind == .sampled {
      let end = byteCount - Self.endSize
      for offset in Swift.stride(from: beginning, to: end, by: Self.stride) {
        try blocks.add(offset..<min(offset + Self.blockSize, end))
      }
      try blocks.add(end..<byteCount)
      blocks.add(size: byteCount)
    } else {
      try blocks.add(beginning..<byteCount)
    }
    hex = blocks.finish()
  }

  private static func kind(byteCount: Int, isText: Bool) -> Kind {
    byteCount <= wholeLimit ? .sha256 : isText ? .xxh128 : .sampled
  }

  /// Bytes of a mapped text between two looks at whether the file is still whole.
  private static let mappedStep = 1 << 20

  /// The digest of a mapped text and its kind; nil where it is no text.
  private static func digest(
    ofText mapped: ByteStorage, _ path: String
  ) throws(TraceError) -> (hex: String, kind: Kind)? {
    try mapped.checkUnchanged(path)
    guard !mapped.withUnsafeBytes({ $0.prefix(endSize).contains(0) }) else { return nil }
    let kind = kind(byteCount: mapped.count, isText: true)
    var hash = kind.hash
    for place in Swift.stride(from: 0, to: mapped.count, by: mappedStep) {
      // To read behind a new end would end this program.
      try mapped.checkUnchanged(path)
      mapped.withUnsafeBytes {
        hash.update(.init(rebasing: $0.dropFirst(place).prefix(mappedStep)))
      }
    }
    return (hash.hex, kind)
  }

  /// The name of a prompt that has none: a digest of its token ids, so that equal prompts share it.
  static func promptName(ofTokens tokens: [Int32]) -> String {
    // A key path in the place of this closure takes a hundredth of a whole study.
    let bytes = tokens.map { $0.littleEndian }.withUnsafeBytes { Data($0) }
    return "sha256:" + SHA256.hash(data: bytes).hexadecimal.prefix(16)
  }
}

extension FileDigest.Kind {
  /// A hash of no bytes yet.
  fileprivate var hash: ContentHash {
    switch self {
    case .sha256, .sampled: .sha256(SHA256())
    case .xxh128: .xxh128(XXH128())
    }
  }
}

import Crypto
import Foundation
public import Traces

/// A fingerprint of a file's contents, so that an index says what it was made from.
///
/// It is the SHA-256 of the file, which `sha256sum` shows too. Text, in which one line may be mended by hand, is hashed
/// whole, whatever its size: a file whose first 64 KiB hold no zero byte. SHA-256 would take a seventh of the time in which
/// long text is read and measured, so of more than ``textLimit`` bytes it is the BLAKE3, which `b3sum` shows too. Tensors
/// are measured faster than they can be hashed, so of more than ``wholeLimit`` bytes it is the SHA-256 of 64 KiB at both
/// ends and the first 256 bytes of every 32 KiB between, in the order of the file, and of the size. So it sees every row of
/// 32 KiB or more that was scored again, and can miss a change of fewer bytes.
public struct FileDigest: Equatable, Sendable {
  /// How the digest was taken.
  public enum Kind: String, Sendable {
    /// Over all bytes.
    case sha256
    /// Over all bytes of a long text.
    case blake3
    /// Over both ends, 1 byte in 128 of what lies between, and the size.
    case sampled = "sha256-sampled"
  }

  /// Tensors of up to this many bytes are hashed whole.
  public static let wholeLimit = 8 << 20
  /// Text of up to this many bytes is hashed with SHA-256.
  public static let textLimit = 1 << 20
  private static let endSize = 64 << 10
  private static let stride = 32 << 10
  private static let blockSize = 256

  /// Hexadecimal digits.
  public let hex: String
  /// How it was taken.
  public let kind: Kind
  /// The size of the file in bytes.
  public let byteCount: Int

  /// The digest of a file.
  ///
  /// - Parameter mapped: Its bytes, where they are mapped already: those of a long text are then not read again.
  /// - Throws: The system's error; ``StudyError`` where the file shrinks while it is read.
  public init(path: String, mapped: ByteStorage? = nil) throws {
    let handle = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? handle.close() }
    let byteCount = try mapped?.count ?? Int(handle.seekToEnd())
    let descriptor = handle.fileDescriptor
    var blocks = FileBlocks(descriptor: descriptor, path: path, SHA256())
    let beginning = min(byteCount, Self.endSize)
    try blocks.add(0..<beginning)
    let isText = !blocks.holdZero
    let digest: [UInt8]
    if byteCount <= (isText ? Self.textLimit : Self.wholeLimit) {
      kind = .sha256
      try blocks.add(beginning..<byteCount)
      digest = blocks.digest()
    } else if isText {
      kind = .blake3
      digest =
        try mapped.map { try Self.treeHash(of: $0, path) } ?? Self.treeHash(descriptor, path, byteCount)
    } else {
      kind = .sampled
      let end = byteCount - Self.endSize
      for offset in Swift.stride(from: beginning, to: end, by: Self.stride) {
        try blocks.add(offset..<min(offset + Self.blockSize, end))
      }
      try blocks.add(end..<byteCount)
      blocks.add(size: byteCount)
      digest = blocks.digest()
    }
    hex = Self.hex(of: digest)
    self.byteCount = byteCount
  }

  private static func treeHash(_ descriptor: Int32, _ path: String, _ byteCount: Int) throws -> [UInt8] {
    var blocks = FileBlocks(descriptor: descriptor, path: path, TreeHash())
    try blocks.add(0..<byteCount)
    return blocks.digest()
  }

  private static func treeHash(of mapped: ByteStorage, _ path: String) throws(TraceError) -> [UInt8] {
    do throws(TraceError.Problem) {
      try mapped.checkUnchanged()
    } catch {
      throw TraceError(file: path, error)
    }
    return mapped.withUnsafeBytes { TreeHash.digest(of: $0) }
  }

  /// The name of a prompt that has none: a digest of its token ids, so that equal prompts share it.
  static func promptName(ofTokens tokens: [Int32]) -> String {
    // A key path in the place of this closure takes a hundredth of a whole study.
    let bytes = tokens.map { $0.littleEndian }.withUnsafeBytes { Data($0) }
    return "sha256:" + hex(of: Array(SHA256.hash(data: bytes).prefix(8)))
  }

  private static func hex(of digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension SHA256: BlockHash {
  mutating func add(_ block: UnsafeRawBufferPointer) { update(bufferPointer: block) }

  mutating func digest() -> [UInt8] { Array(finalize()) }
}

import Crypto
import Foundation

/// The hash of blocks of an open file, which are gathered before they are hashed: a hundred thousand short blocks cost no
/// more than one long one.
struct FileBlocks {
  private let descriptor: Int32
  private let path: String
  private var hash = ContentHash.sha256(SHA256())
  private var isHashed = false
  private var buffer = [UInt8](repeating: 0, count: 128 << 10)
  private var filled = 0

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// Chooses the hash by what has been added so far.
  ///
  /// - Precondition: That is no more than is gathered.
  mutating func choose(_ hash: ContentHash) {
    precondition(!isHashed, "bytes went into another hash")
    self.hash = hash
  }

  /// Adds bytes of the file.
  ///
  /// - Throws: The system's error; ``StudyError`` where the file ends before them.
  mutating func add(_ bytes: Range<Int>) throws {
    var offset = bytes.lowerBound
    while offset < bytes.upperBound {
      if filled == buffer.count { flush() }
      let wanted = min(bytes.upperBound - offset, buffer.count - filled)
      let count = buffer.withUnsafeMutableBytes { [descriptor, filled] in
        pread(descriptor, $0.baseAddress?.advanced(by: filled), wanted, off_t(offset))
      }
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw CocoaError(.fileReadUnknown, userInfo: [NSFilePathErrorKey: path])
      }
      guard count > 0 else {
        let reason = "it ended at byte \(offset) of \(bytes.upperBound), so it shrank meanwhile"
        throw StudyError(file: path, .unreadable(reason: reason))
      }
      filled += count
      offset += count
    }
  }

  /// Adds a size as 64 bits, little-endian.
  mutating func add(size: Int) {
    flush()
    withUnsafeBytes(of: UInt64(size).littleEndian) { hash.update($0) }
  }

  /// Whether any of the bytes that were gathered last is zero.
  var holdZero: Bool { buffer[..<filled].contains(0) }

  /// The digest in hexadecimal digits.
  mutating func finish() -> String {
    flush()
    return hash.hex
  }

  private mutating func flush() {
    isHashed = true
    buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<filled])) }
    filled = 0
  }
}

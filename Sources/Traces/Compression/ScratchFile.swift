import Foundation

/// A temporary file without a name: it is written once, then mapped, and gone with its last reader.
///
/// What must be unpacked or computed before it can be read lies here and not in memory, so that memory does not grow
/// with it. It is made in the folder that TMPDIR names, else in /var/tmp, which is meant for large files.
package final class ScratchFile {
  /// The folder whose disk is filled.
  package let folder: String
  /// The bytes written.
  package private(set) var count = 0
  private let descriptor: Int32

  package init() throws(TraceError.Problem) {
    folder = Self.preferredFolder
    var template = Array("\(folder)/tokenshift-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw .scratch(folder: folder, written: 0, reason: String(cString: strerror(errno)))
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  private static var preferredFolder: String {
    if let named = ProcessInfo.processInfo.environment["TMPDIR"], !named.isEmpty { return named }
    return access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp"
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: `scratch` when the disk is full.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(TraceError.Problem) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else {
        throw .scratch(folder: folder, written: count, reason: String(cString: strerror(errno)))
      }
      count += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Adds the bytes of numbers at the end.
  package func append(_ numbers: [some BitwiseCopyable]) throws(TraceError.Problem) {
    try numbers.withUnsafeBufferPointer { (elements) throws(TraceError.Problem) in
      try append(UnsafeRawBufferPointer(elements))
    }
  }

  /// Calls `body` with all bytes written so far, which it must not keep.
  package func withUnsafeBytes(
    _ body: (UnsafeRawBufferPointer) throws(TraceError.Problem) -> Void
  ) throws(TraceError.Problem) {
    guard count > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    try storage().withUnsafeBytes { (bytes) throws(TraceError.Problem) in try body(bytes) }
  }

  /// All bytes written so far, mapped.
  func storage() throws(TraceError.Problem) -> ByteStorage {
    guard let storage = ByteStorage(mapping: descriptor, count: count) else {
      throw .scratch(folder: folder, written: count, reason: String(cString: strerror(errno)))
    }
    return storage
  }
}

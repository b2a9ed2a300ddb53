import Foundation

/// A file without a name beside the index, for what is more than memory should hold. It is gone with the program.
final class ScratchFile {
  private let path: String
  private let descriptor: Int32
  /// Its bytes.
  private(set) var size = 0

  /// - Parameter path: The index: its folder has room for files of its size, which the system's temporary folder, often
  ///   held in memory, may not have.
  init(beside path: String) throws {
    self.path = path
    var name = Array("\(path).sorting-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw Self.error(path) }
    unlink(name)
  }

  deinit { close(descriptor) }

  /// Adds bytes at the end.
  ///
  /// - Returns: Where they begin.
  func append(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    let start = size
    while size < start + bytes.count {
      let written = write(
        descriptor, bytes.baseAddress.map { $0 + size - start }, bytes.count - (size - start))
      guard written > 0 else {
        if written < 0, errno == EINTR { continue }
        throw Self.error(path)
      }
      size += written
    }
    return start
  }

  /// Bytes that are free on its disk; nil where the system does not say.
  var room: Int? {
    var disk = statvfs()
    guard fstatvfs(descriptor, &disk) == 0 else { return nil }
    let (bytes, overflow) = Int(disk.f_bavail).multipliedReportingOverflow(by: Int(disk.f_frsize))
    return overflow ? nil : bytes
  }

  /// Fills a buffer with what stands from a place on.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var filled = 0
    while filled < bytes.count {
      let count = pread(
        descriptor, bytes.baseAddress.map { $0 + filled }, bytes.count - filled, off_t(offset + filled))
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        throw Self.error(path)
      }
      filled += count
    }
  }

  private static func error(_ path: String) -> StoreError {
    StoreError(file: path, .unwritable(reason: String(cString: strerror(errno))))
  }
}

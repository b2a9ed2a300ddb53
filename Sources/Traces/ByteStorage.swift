import Foundation

/// Bytes that do not change while they are read: a memory-mapped file, or a copy in memory.
///
/// Rows of dense traces point into one of these, so a row keeps its file mapped for as long as it lives and
/// nothing is copied. A mapped file must not be shortened by another program while it is read.
public final class ByteStorage: Sendable {
  // The memory is written once, before `init` returns, and only read afterwards: that makes sharing safe.
  private nonisolated(unsafe) let base: UnsafeRawPointer?
  /// The number of bytes.
  public let count: Int
  private let owner: Owner

  private enum Owner: Sendable { case mapping, heap }

  /// A copy of these bytes.
  public init(copying bytes: some Collection<UInt8>) {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    UnsafeMutableRawBufferPointer(start: copy, count: bytes.count).copyBytes(from: bytes)
    base = UnsafeRawPointer(copy)
    count = bytes.count
    owner = .heap
  }

  /// The contents of a file, mapped into memory.
  ///
  /// - Throws: ``TraceError`` when the file is missing, a directory, or cannot be read.
  public init(mapping path: String) throws(TraceError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw TraceError(
        file: path, errno == ENOENT ? .missing : .unreadable(reason: String(cString: strerror(errno))))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw TraceError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw TraceError(file: path, .directory) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TraceError(
        file: path, .unreadable(reason: "it is a pipe or a device, which cannot be mapped into memory"))
    }
    count = Int(status.st_size)
    owner = .mapping
    guard count > 0 else {
      base = nil
      return
    }
    let mapped = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw TraceError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
    base = UnsafeRawPointer(mapped)
  }

  deinit {
    switch owner {
    case .mapping: if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    case .heap: base?.deallocate()
    }
  }

  /// Calls `body` with all bytes; the pointer is good only inside `body`.
  @inline(__always)
  public func withUnsafeBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: base, count: count))
  }
}

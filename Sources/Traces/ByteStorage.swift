import Foundation

/// Bytes that do not change while they are read: a memory-mapped file, or a copy in memory.
///
/// Rows of dense traces point into one of these, so a row keeps its file mapped for as long as it lives and
/// nothing is copied. A mapped file must not be shortened by another program while it is read: ``checkUnchanged()``
/// tells, before a sequence is read, whether that has happened.
public final class ByteStorage: Sendable {
  // The memory is written once, before `init` returns, and only read afterwards: that makes sharing safe.
  private nonisolated(unsafe) let base: UnsafeRawPointer?
  /// The number of bytes.
  public let count: Int
  private let owner: Owner
  /// The file as it was when it was mapped; nil for bytes that no other program can reach.
  private let original: FileState?

  private enum Owner: Sendable { case mapping, heap }

  /// A copy of these bytes.
  public init(copying bytes: some Collection<UInt8>) {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 64)
    UnsafeMutableRawBufferPointer(start: copy, count: bytes.count).copyBytes(from: bytes)
    base = UnsafeRawPointer(copy)
    count = bytes.count
    owner = .heap
    original = nil
  }

  /// The first bytes of an open file that no other program can reach; nil where the system refuses, as errno says.
  init?(mapping descriptor: Int32, count: Int) {
    self.count = count
    owner = .mapping
    original = nil
    guard count > 0 else {
      base = nil
      return
    }
    guard let mapped = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
      return nil
    }
    base = UnsafeRawPointer(mapped)
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
    original = FileState(path: path, status)
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

  /// Refuses a mapped file that another program has changed: to read behind a new end would end this program.
  ///
  /// A file that was replaced as a whole, or deleted, keeps its old contents for as long as it is mapped.
  func checkUnchanged() throws(TraceError.Problem) {
    guard let original, let size = original.changedSize() else { return }
    throw .changed(found: size, expected: count)
  }

  /// Refuses a mapped file that another program has changed, and names it.
  public func checkUnchanged(_ path: String) throws(TraceError) {
    do throws(TraceError.Problem) {
      try checkUnchanged()
    } catch {
      throw TraceError(file: path, error)
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

/// By what a change of a file is noticed: its size and the time of its last change.
private struct FileState: Sendable {
  private let path: String
  private let device: UInt64
  private let node: UInt64
  private let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(path: String, _ status: stat) {
    self.path = path
    device = UInt64(status.st_dev)
    node = UInt64(status.st_ino)
    size = Int(status.st_size)
    #if canImport(Darwin)
    let changed = status.st_mtimespec
    #else
    let changed = status.st_mtim
    #endif
    seconds = changed.tv_sec
    nanoseconds = changed.tv_nsec
  }

  /// The size now, where the file is the same one and was written to; nil where nothing has changed.
  func changedSize() -> Int? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let now = FileState(path: path, status)
    guard now.device == device, now.node == node else { return nil }
    let isUnchanged = now.size == size && now.seconds == seconds && now.nanoseconds == nanoseconds
    return isUnchanged ? nil : now.size
  }
}

public import Foundation

/// A file that appears under its name only when it is whole.
///
/// Until then its bytes lie beside it under a name that nobody else has, and are removed when they are not published.
public final class OutputFile {
  private let path: String
  /// What the path leads to, which is what is replaced.
  private let target: String
  private let partial: String
  private var descriptor: Int32
  private var isPublished = false

  /// Begins a file at this path, where nothing stands or a file that may be replaced.
  ///
  /// - Throws: ``ConversionError``.
  public init(path: String) throws(ConversionError) {
    self.path = path
    target = try Self.target(of: path)
    var name = Self.partialName(target)
    var descriptor = open(name, Self.flags, 0o666)
    while descriptor < 0, errno == EEXIST {
      name = Self.partialName(target)
      descriptor = open(name, Self.flags, 0o666)
    }
    guard descriptor >= 0 else { throw Self.unwritable(path) }
    partial = name
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isPublished { unlink(partial) }
  }

  private static let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC

  /// Refuses a path at which something else than a file stands, and a file that must not be replaced.
  public static func check(_ path: String, mayReplace: Bool) throws(ConversionError) {
    _ = try target(of: path)
    var status = stat()
    guard mayReplace || lstat(path, &status) != 0 else { throw ConversionError(file: path, .exists) }
  }

  /// Writes the next bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(ConversionError) {
    guard writeWhole(bytes, to: descriptor) else { throw Self.unwritable(path) }
  }

  /// Writes the next bytes.
  public func write(_ data: Data) throws(ConversionError) {
    var problem: ConversionError?
    data.withUnsafeBytes { bytes in
      do throws(ConversionError) { try write(bytes) } catch { problem = error }
    }
    if let problem { throw problem }
  }

  /// Gives the file its name.
  public func publish() throws(ConversionError) {
    let isClosed = close(descriptor) == 0
    descriptor = -1
    guard isClosed, rename(partial, target) == 0 else { throw Self.unwritable(path) }
    isPublished = true
  }

  private static func unwritable(_ path: String) -> ConversionError {
    ConversionError(file: path, .unwritable(reason: String(cString: strerror(errno))))
  }

  // MARK: Names

  /// Where a path leads, through symbolic links.
  private static func target(of path: String) throws(ConversionError) -> String {
    var status = stat()
    // What cannot be looked at cannot be opened either, and the system then says why.
    guard lstat(path, &status) == 0 else { return path }
    var target = path
    if status.st_mode & S_IFMT == S_IFLNK {
      guard let resolved = realpath(path, nil) else {
        throw ConversionError(file: path, .notAFile(kind: "a link that leads nowhere"))
      }
      defer { free(resolved) }
      target = String(cString: resolved)
      guard stat(target, &status) == 0 else { throw unwritable(path) }
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return target
    case S_IFDIR: throw ConversionError(file: path, .notAFile(kind: "a directory"))
    case S_IFIFO: throw ConversionError(file: path, .notAFile(kind: "a pipe"))
    case S_IFSOCK: throw ConversionError(file: path, .notAFile(kind: "a socket"))
    default: throw ConversionError(file: path, .notAFile(kind: "a device"))
    }
  }

  /// Names have 255 bytes at most.
  private static let longestStem = 220

  private static func partialName(_ target: String) -> String {
    let url = URL(fileURLWithPath: target)
    var stem = ""
    for character in url.lastPathComponent where stem.utf8.count + character.utf8.count <= longestStem {
      stem.append(character)
    }
    let lot = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    return url.deletingLastPathComponent().path + "/\(stem).\(lot).partial"
  }
}

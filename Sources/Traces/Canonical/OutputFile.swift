public import Foundation

/// A file that appears under its name only when it is whole.
///
/// Until then its bytes have no name, so that nothing is left of a program that is stopped, however it is. Where the
/// file system cannot do that, they lie beside it under a name that nobody else has, and are removed when they are not
/// published; only a program that is killed then leaves them behind.
public final class OutputFile {
  let path: String
  /// What the path leads to, which is what is replaced.
  private let target: String
  private let mayReplace: Bool
  /// The name under which the bytes lie; nil while they have none.
  private var partial: String?
  private var descriptor: Int32

  /// Begins a file at this path.
  ///
  /// - Parameters:
  ///   - path: Where it appears once it is whole.
  ///   - mayReplace: Whether a file that stands there by then is replaced.
  /// - Throws: ``ConversionError``.
  public convenience init(path: String, mayReplace: Bool) throws(ConversionError) {
    try self.init(path: path, mayReplace: mayReplace, triesNameless: true)
  }

  init(path: String, mayReplace: Bool, triesNameless: Bool) throws(ConversionError) {
    self.path = path
    self.mayReplace = mayReplace
    target = try Self.target(of: path)
    descriptor = triesNameless ? Self.openNameless(beside: target) : -1
    guard descriptor < 0 else { return }
    repeat {
      partial = Self.partialName(target)
      descriptor = open(partial ?? "", Self.flags | O_CREAT | O_EXCL, 0o666)
    } while descriptor < 0 && errno == EEXIST
    guard descriptor >= 0 else {
      partial = nil
      throw Self.unwritable(path)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let partial { unlink(partial) }
  }

  private static let flags = O_WRONLY | O_CLOEXEC

  /// A file without a name in the folder of another; negative where there is no such thing.
  private static func openNameless(beside target: String) -> Int32 {
    #if os(Linux)
    // By this path it gets its name later.
    guard access("/proc/self/fd", F_OK) == 0 else { return -1 }
    // O_TMPFILE, a macro that Swift does not see.
    return open(folder(of: target), flags | 0o20_000_000 | O_DIRECTORY, 0o666)
    #else
    return -1
    #endif
  }

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
  ///
  /// - Throws: ``ConversionError``, ``ConversionError/Problem/exists`` where a file stands there that must not be
  ///   replaced.
  public func publish() throws(ConversionError) {
    if partial == nil { try nameNameless() }
    let isClosed = close(descriptor) == 0
    descriptor = -1
    guard isClosed else { throw Self.unwritable(path) }
    guard let partial else { return }
    // A rename replaces, a second name does not.
    if !mayReplace {
      if link(partial, target) == 0 {
        unlink(partial)
        self.partial = nil
        return
      }
      guard errno != EEXIST else { throw ConversionError(file: path, .exists) }
      // Not every file system knows second names.
      try Self.check(path, mayReplace: false)
    }
    guard rename(partial, target) == 0 else { throw Self.unwritable(path) }
    self.partial = nil
  }

  /// Gives a file without a name its own, or one beside it where something may stand there.
  private func nameNameless() throws(ConversionError) {
    let source = "/proc/self/fd/\(descriptor)"
    var name = target
    while linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) != 0 {
      guard errno == EEXIST else { throw Self.unwritable(path) }
      guard mayReplace else { throw ConversionError(file: path, .exists) }
      name = Self.partialName(target)
    }
    if name != target { partial = name }
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
    var stem = ""
    for character in URL(fileURLWithPath: target).lastPathComponent
    where stem.utf8.count + character.utf8.count <= longestStem {
      stem.append(character)
    }
    let lot = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    return folder(of: target) + "/\(stem).\(lot).partial"
  }

  private static func folder(of target: String) -> String {
    URL(fileURLWithPath: target).deletingLastPathComponent().path
  }
}

internal import Foundation

/// A file or pipe that is read from its beginning to its end, so many bytes at a time.
public struct TextFile {
  private let path: String
  private let file: FileHandle

  /// Opens a file; the standard input as `/dev/stdin`.
  public init(path: String) throws(VocabularyError) {
    self.path = path
    if path == "/dev/stdin" {
      // Opened by its name, a socket would be refused.
      file = FileHandle.standardInput
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw VocabularyError(
        file: path, errno == ENOENT ? .missing : .unreadable(reason: String(cString: strerror(errno))))
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// The next bytes, at most so many; none at the end.
  public func read(upTo count: Int) throws(VocabularyError) -> [UInt8] {
    do { return try file.read(upToCount: count).map { [UInt8]($0) } ?? [] } catch {
      throw VocabularyError(
        file: path, errno == EISDIR ? .directory : .unreadable(reason: String(cString: strerror(errno))))
    }
  }
}

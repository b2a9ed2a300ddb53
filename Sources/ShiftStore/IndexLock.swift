import Foundation

/// An advisory lock on an index file, given back when the program ends however it ends.
///
/// It is `flock`'s, which SQLite does not use. The descriptor stays open as long as the index is: closing it earlier
/// would drop SQLite's own locks on the file.
struct IndexLock: Sendable {
  let descriptor: Int32

  /// - Throws: ``StoreError`` when another program writes the index.
  init(path: String) throws {
    descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StoreError(file: path, .unwritable(reason: String(cString: strerror(errno))))
    }
    // What was opened may have been replaced before it was locked.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, Self.isSame(descriptor, path) else {
      Foundation.close(descriptor)
      throw StoreError(file: path, .busy)
    }
  }

  /// Waits until nobody else puts an index into the folder of this one: what stands at its path stays until the release.
  ///
  /// For a second at most, after which the moment that it guards stays unguarded: `flock FOLDER tokenshift …` holds the
  /// folder for as long as this program runs, and some file systems have no locks of folders.
  ///
  /// - Throws: ``StoreError`` when the folder cannot be opened.
  init(folderOf path: String) throws {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StoreError(file: path, .unwritable(reason: String(cString: strerror(errno))))
    }
    for _ in 0..<100 {
      guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
      usleep(10_000)
    }
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var locked = stat()
    var named = stat()
    return fstat(descriptor, &locked) == 0 && stat(path, &named) == 0
      && (locked.st_dev, locked.st_ino) == (named.st_dev, named.st_ino)
  }

  /// Unlocked in so many words: a child that is being started has a copy of the descriptor for a moment.
  func release() {
    flock(descriptor, LOCK_UN)
    Foundation.close(descriptor)
  }
}

import Foundation

/// An advisory lock on an index file, given back when the program ends however it ends.
///
/// It is `flock`'s, which SQLite does not use. The descriptor stays open as long as the index is: closing it earlier
/// would drop SQLite's own locks on the file.
struct IndexLock: Sendable {
  private let descriptor: Int32

  /// - Throws: ``StoreError`` when another program writes the index.
  init(path: String) throws {
    descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StoreError(file: path, .unwritable(reason: String(cString: strerror(errno))))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      Foundation.close(descriptor)
      throw StoreError(file: path, .busy)
    }
  }

  /// Unlocked in so many words: a child that is being started has a copy of the descriptor for a moment.
  func release() {
    flock(descriptor, LOCK_UN)
    Foundation.close(descriptor)
  }
}

import Foundation

extension ShiftIndex {
  /// Where this program makes an index before it moves it to its path.
  static func draftPath(of path: String) -> String { "\(path).new-\(getpid())" }

  /// Removes drafts of an index that were left by programs that were killed.
  ///
  /// A draft stays if its program runs, and if someone holds it: a program of another machine, whose number says nothing
  /// here, has it locked. Nothing is told of a draft that cannot be removed: it is in nobody's way.
  static func removeAbandonedDrafts(of path: String) {
    let file = URL(filePath: path)
    let names = try? FileManager.default.contentsOfDirectory(atPath: file.deletingLastPathComponent().path)
    let start = "\(file.lastPathComponent).new-"
    for name in names ?? [] where name.hasPrefix(start) {
      guard let process = pid_t(name.dropFirst(start.count)), process > 0, isGone(process) else { continue }
      let draft = file.deletingLastPathComponent().appending(path: name).path
      guard let lock = try? IndexLock(path: draft) else { continue }
      removeFiles(of: draft)
      lock.release()
    }
  }

  private static func isGone(_ process: pid_t) -> Bool { kill(process, 0) != 0 && errno == ESRCH }
}

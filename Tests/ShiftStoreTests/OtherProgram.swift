import GRDB

/// Another program that works on an index.
enum OtherProgram {
  /// Runs statements on an index.
  static func execute(_ sql: String, on path: String) throws {
    try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
  }
}

import GRDB

extension SummaryTests {
  /// Runs statements on an index as another program would.
  static func execute(_ sql: String, on path: String) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
  }
}

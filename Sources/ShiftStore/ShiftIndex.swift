import Foundation
import GRDB
import GRDBSQLite

/// One SQLite file that holds a study: its inputs, its vocabulary, every position, and the tables counted from them.
///
/// Any SQLite client can read it. While a study is being measured the file is in WAL mode and each batch of
/// sequences goes in as one transaction, so a run that is stopped or killed leaves an index that opens, says that
/// it is unfinished, and is completed by running the study again.
public final class ShiftIndex: Sendable {
  /// The index file's path.
  public let path: String
  let queue: DatabaseQueue

  private init(path: String, queue: DatabaseQueue) {
    self.path = path
    self.queue = queue
  }

  /// Makes a new index that holds a study's plan and no measurement yet, replacing nothing.
  ///
  /// It is made beside the path and moved there whole, so at every moment the path has a good index or nothing.
  ///
  /// - Throws: ``StoreError`` when something stands at the path, or it cannot be written.
  public static func create(at path: String, plan: StudyPlanRecord) throws -> ShiftIndex {
    guard !FileManager.default.fileExists(atPath: path) else { throw StoreError(file: path, .exists) }
    let draft = path + ".new"
    try remove(at: draft)
    // Asked before SQLite is, whose own message names no reason.
    let descriptor = Foundation.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StoreError(file: path, .unwritable(reason: String(cString: strerror(errno))))
    }
    Foundation.close(descriptor)
    let index = try openForWriting(draft)
    try index.write(plan)
    try index.queue.close()
    guard link(draft, path) == 0 else {
      let reason = errno
      try remove(at: draft)
      throw StoreError(
        file: path, reason == EEXIST ? .exists : .unwritable(reason: String(cString: strerror(reason))))
    }
    try remove(at: draft)
    return try openForWriting(path)
  }

  /// Opens an unfinished index to go on with it.
  public static func resume(at path: String) throws -> ShiftIndex {
    try checkHeader(of: path)
    return try openForWriting(path)
  }

  /// Opens an index to read from it. Nothing can be written through it.
  ///
  /// - Throws: ``StoreError`` when there is no index at the path or a later version wrote it.
  public static func open(at path: String) throws -> ShiftIndex {
    try checkHeader(of: path)
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    // ATTACH and VACUUM INTO count as reading for SQLite, and could make a file.
    configuration.prepareDatabase { sqlite3_limit($0.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0) }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try checkSchema(of: queue, at: path)
    return ShiftIndex(path: path, queue: queue)
  }

  /// Removes an index and what SQLite keeps beside it.
  public static func remove(at path: String) throws {
    for suffix in ["", "-wal", "-shm", "-journal"] where FileManager.default.fileExists(atPath: path + suffix)
    {
      do {
        try FileManager.default.removeItem(atPath: path + suffix)
      } catch {
        throw StoreError(file: path, .unwritable(reason: error.localizedDescription))
      }
    }
  }

  private static func openForWriting(_ path: String) throws -> ShiftIndex {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      // NORMAL in WAL mode: a power cut may lose the last transactions, never the file.
      try database.execute(
        sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536")
    }
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try Schema.migrator.migrate(queue)
      try checkSchema(of: queue, at: path)
      return ShiftIndex(path: path, queue: queue)
    } catch let error as DatabaseError {
      throw StoreError(file: path, .unwritable(reason: error.message ?? "\(error.resultCode)"))
    }
  }

  /// Refuses what is not an SQLite file before SQLite sees it.
  private static func checkHeader(of path: String) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      guard FileManager.default.fileExists(atPath: path) else { throw StoreError(file: path, .missing) }
      throw StoreError(file: path, .notAnIndex(found: "not readable"))
    }
    defer { try? handle.close() }
    let magic = Array("SQLite format 3\0".utf8)
    let head = (try? handle.read(upToCount: magic.count)).flatMap { $0 } ?? Data()
    guard Array(head) == magic else {
      throw StoreError(file: path, .notAnIndex(found: head.isEmpty ? "empty" : "not an SQLite file"))
    }
  }

  private static func checkSchema(of queue: DatabaseQueue, at path: String) throws {
    try queue.read { database in
      let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      guard application == Schema.applicationID else {
        throw StoreError(file: path, .notAnIndex(found: "another program's SQLite file"))
      }
      let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      guard found <= Schema.version else {
        throw StoreError(file: path, .newerSchema(found: found, known: Schema.version))
      }
    }
  }
}

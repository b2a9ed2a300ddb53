import CSystem
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// One SQLite file that holds a study: its inputs, its vocabulary, every position, and the tables counted from them.
///
/// Any SQLite client can read it. While a study is being measured each batch of sequences goes in as one transaction, so
/// a run that is stopped or killed leaves an index that opens, says that it is unfinished, and is completed by running
/// the study again.
public final class ShiftIndex: Sendable {
  /// The index file's path.
  public let path: String
  private let queue: DatabaseQueue
  /// Held while an index is written, so that two batches do not write one.
  private let lock: IndexLock?
  /// Nil where nothing is written.
  let writeback: EarlyWriteback?
  /// What was written through this index; nil where nothing is, or where it is not all in the file.
  let kept: Mutex<KeptPositions?>

  private init(path: String, queue: DatabaseQueue, lock: IndexLock? = nil) {
    self.path = path
    self.queue = queue
    self.lock = lock
    writeback = lock.map { EarlyWriteback(descriptor: $0.descriptor) }
    kept = Mutex(lock == nil ? nil : KeptPositions(beside: path))
  }

  /// What to do with an index that stands where a new one should go.
  public enum Existing: Sendable {
    /// Nothing is replaced.
    case keep
    /// An index is replaced when the new one is ready; any other file is kept.
    case replaceIndex
  }

  /// Makes a new index that holds a study's plan and no measurement yet.
  ///
  /// It is made beside the path and moved there whole, so at every moment the path has a good index or nothing.
  ///
  /// - Throws: ``StoreError`` when something stands at the path, or it cannot be written.
  public static func create(
    at path: String, plan: StudyPlanRecord, existing: Existing = .keep
  ) throws -> ShiftIndex {
    var replaced: IndexLock?
    if FileManager.default.fileExists(atPath: path) {
      guard existing == .replaceIndex else { throw StoreError(file: path, .exists) }
      try checkReplaceable(path)
      replaced = try IndexLock(path: path)
    }
    defer { replaced?.release() }
    removeAbandonedDrafts(of: path)
    let draft = draftPath(of: path)
    // Asked before SQLite is, whose own message names no reason.
    let descriptor = Foundation.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StoreError(file: path, .unwritable(reason: String(cString: strerror(errno))))
    }
    Foundation.close(descriptor)
    defer { removeFiles(of: draft) }
    let index = try openForWriting(draft, creating: true)
    try index.write(plan)
    try index.close()
    try settle(draft, of: path)
    try put(draft, at: path, inPlaceOf: replaced)
    return try openForWriting(path)
  }

  /// Waits until a draft is on the disk, or a crash could leave its path with a file that holds nothing.
  private static func settle(_ draft: String, of path: String) throws {
    let descriptor = Foundation.open(draft, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0, wait_for_disk(descriptor) else {
      let reason = errno
      if descriptor >= 0 { Foundation.close(descriptor) }
      throw StoreError(file: path, .unwritable(reason: String(cString: strerror(reason))))
    }
    Foundation.close(descriptor)
  }

  /// Moves a draft to its path, in place of a file that nobody else writes, or where there is none.
  ///
  /// What SQLite kept beside an index that is gone goes first: it would be taken for the new one's journal, and its pages
  /// be written into it.
  private static func put(_ draft: String, at path: String, inPlaceOf replaced: IndexLock?) throws {
    let folder = try IndexLock(folderOf: path)
    defer { folder.release() }
    if replaced == nil, FileManager.default.fileExists(atPath: path) {
      // It was not there when this began: another batch has begun meanwhile.
      throw StoreError(file: path, .busy)
    }
    removeFiles(beside: path)
    guard (replaced == nil ? link(draft, path) : rename(draft, path)) == 0 else {
      let reason = errno
      throw StoreError(
        file: path, reason == EEXIST ? .exists : .unwritable(reason: String(cString: strerror(reason))))
    }
  }

  /// Refuses to replace anything but an index or an empty file.
  private static func checkReplaceable(_ path: String) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      throw StoreError(file: path, .notReplaceable(found: "not a regular file"))
    }
    if attributes?[.size] as? Int == 0 { return }
    do {
      try ShiftIndex.open(at: path).close()
    } catch let error as StoreError {
      switch error.problem {
      case .notAnIndex(let found): throw StoreError(file: path, .notReplaceable(found: found))
      // It cannot be read any more, and replacing it is the remedy.
      case .olderSchema: return
      default: throw error
      }
    }
  }

  /// Removes a database file of our own and what SQLite keeps beside it.
  static func removeFiles(of path: String) {
    unlink(path)
    removeFiles(beside: path)
  }

  /// Removes what SQLite keeps beside a database file.
  private static func removeFiles(beside path: String) {
    for suffix in ["-wal", "-shm", "-journal"] { unlink(path + suffix) }
  }

  /// Opens an unfinished index to go on with it.
  public static func resume(at path: String) throws -> ShiftIndex {
    removeAbandonedDrafts(of: path)
    try checkHeader(of: path)
    return try openForWriting(path)
  }

  /// Opens an index to read from it. Nothing can be written through it.
  ///
  /// - Throws: ``StoreError`` when there is no index at the path or a version with other tables wrote it.
  public static func open(at path: String) throws -> ShiftIndex {
    try checkHeader(of: path)
    do {
      return try openForReading(path)
    } catch let error as StoreError where error.problem == .halfWritten {
      try rollBack(path)
      return try openForReading(path)
    }
  }

  /// Takes back what a program that was killed wrote last, as its journal says. SQLite does it as soon as somebody reads
  /// who may write, and looks before that nobody is writing.
  private static func rollBack(_ path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    do {
      try StoreError.wrapping(path) {
        let queue = try DatabaseQueue(path: absolute(path), configuration: configuration)
        try queue.read { _ = try Row.fetchOne($0, sql: "SELECT * FROM sqlite_master") }
        try queue.close()
      }
    } catch let error as StoreError {
      switch error.problem {
      case .unwritable, .unreadable: throw StoreError(file: path, .halfWritten)
      default: throw error
      }
    }
  }

  private static func openForReading(_ path: String) throws -> ShiftIndex {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    // ATTACH and VACUUM INTO count as reading for SQLite, and could make a file.
    configuration.prepareDatabase { database in
      RowHandover.register(in: database)
      sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
    }
    return try StoreError.wrapping(path) {
      let queue = try DatabaseQueue(path: absolute(path), configuration: configuration)
      try checkSchema(of: queue, at: path)
      return ShiftIndex(path: path, queue: queue)
    }
  }

  private static func openForWriting(_ path: String, creating isNew: Bool = false) throws -> ShiftIndex {
    var configuration = Configuration()
    // Hours of measuring must not end because somebody reads for long.
    configuration.busyMode = .timeout(600)
    // A batch writes what it has numbered itself; looking up the owner of every position would cost as much as the row.
    configuration.foreignKeysEnabled = false
    // One transaction takes in what several calls append.
    configuration.allowsUnsafeTransactions = true
    configuration.prepareDatabase { database in
      RowHandover.register(in: database)
      try RowHandIn.register(in: database)
      // A journal that is rolled back, and not one ahead of the file (WAL): nearly all pages are new, and these are
      // written once.
      try database.execute(
        sql: "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096")
      // A draft is thrown away where it is not finished, and goes to the disk as a whole.
      if isNew { try database.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF") }
    }
    let lock = try IndexLock(path: path)
    do {
      return try StoreError.wrapping(path) {
        let queue = try DatabaseQueue(path: absolute(path), configuration: configuration)
        if isNew { try queue.write(Schema.create) }
        try checkSchema(of: queue, at: path)
        return ShiftIndex(path: path, queue: queue, lock: lock)
      }
    } catch {
      lock.release()
      throw error
    }
  }

  /// A path as SQLite takes it for nothing but a path: `:memory:` and `file:…` have meanings of their own.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// Closes the index; it cannot be used afterwards.
  public func close() throws {
    try queue.close()
    lock?.release()
  }

  /// Runs a body that reads, and says in our words what SQLite says in its own.
  func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try StoreError.wrapping(path) { try queue.read(body) }
  }

  /// Runs a body that writes, all of it or nothing.
  func writing<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try StoreError.wrapping(path) { try queue.write(body) }
  }

  /// Runs a body in the transaction that is open, or in a new one, and leaves it open; after an error nothing of it is left.
  func extendingTransaction(_ body: (Database) throws -> Void) throws {
    try configuring { database in
      do {
        if !database.isInsideTransaction { try database.beginTransaction(.immediate) }
        try body(database)
      } catch {
        // SQLite may have taken it back by itself, as on a full disk.
        if database.isInsideTransaction { try? database.rollback() }
        kept.withLock { $0 = nil }
        throw error
      }
    }
  }

  /// Runs a body outside of a transaction.
  func configuring(_ body: (Database) throws -> Void) throws {
    try StoreError.wrapping(path) { try queue.writeWithoutTransaction(body) }
  }

  /// Refuses what is not an SQLite file before SQLite sees it.
  private static func checkHeader(of path: String) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      guard FileManager.default.fileExists(atPath: path) else { throw StoreError(file: path, .missing) }
      throw StoreError(file: path, .unreadable(reason: String(cString: strerror(errno))))
    }
    defer { try? handle.close() }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw StoreError(file: path, .notAnIndex(found: "a folder"))
    }
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
      guard found == Schema.version else {
        throw StoreError(file: path, .olderSchema(found: found, known: Schema.version))
      }
    }
  }
}

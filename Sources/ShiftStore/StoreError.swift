import GRDB

/// Why an index could not be opened, made or asked.
public struct StoreError: Error, Equatable, Sendable {
  /// The index file.
  public var file: String
  /// What is wrong.
  public var problem: Problem

  /// A problem with an index.
  public init(file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// What can be wrong.
  public enum Problem: Equatable, Sendable {
    /// There is no such file.
    case missing
    /// The file is there and is not an index of tokenshift.
    case notAnIndex(found: String)
    /// The index was written by a later version.
    case newerSchema(found: Int, known: Int)
    /// The index was written by an earlier version.
    case olderSchema(found: Int, known: Int)
    /// The system does not let the file be read.
    case unreadable(reason: String)
    /// Another program is writing the index.
    case busy
    /// A program was killed while it wrote, and what it wrote last cannot be taken back.
    case halfWritten
    /// What stands at the path is not an index, and only an index is replaced.
    case notReplaceable(found: String)
    /// Another index, or another file, stands where a new one should go.
    case exists
    /// The unfinished index at this path belongs to another study.
    case otherStudy(what: String, found: String, expected: String)
    /// The system does not let the file be written.
    case unwritable(reason: String)
    /// A statement would write.
    case writes(sql: String)
    /// A statement that SQLite does not accept.
    case sql(message: String, sql: String)
    /// There is nothing by that name in the index.
    case unknown(what: String, name: String, known: [String])
    /// The tuned model, or all of them, were never measured on text of this source.
    case notMeasured(tuned: String?, source: String, known: [String])
    /// Two models share texts of several sources, or of none, and a contrast is about one.
    case severalTexts(first: String, second: String, shared: [String])
  }
}

extension StoreError: CustomStringConvertible {
  /// One line: the place, the problem, the remedy.
  public var description: String {
    switch problem {
    case .missing:
      "\(file): there is no such file. Make an index with 'tokenshift batch STUDY --index \(file)'."
    case .notAnIndex(let found):
      "\(file): the file is \(found), not an index of tokenshift. Pass a file that 'tokenshift batch' wrote."
    case .newerSchema(let found, let known):
      "\(file): the index has schema \(found), this version knows up to \(known). Update tokenshift."
    case .olderSchema(let found, let known):
      """
      \(file): the index has schema \(found), this version reads \(known) only. \
      Make it anew with 'tokenshift batch STUDY --index \(file) --force'.
      """
    case .unreadable(let reason): "\(file): the file cannot be read: \(reason). Check who may read it."
    case .busy:
      "\(file): another batch is writing this index. Wait for it to end, then run the command again."
    case .halfWritten:
      """
      \(file): a batch was killed while it wrote, and its journal can be played back only where the file and its folder \
      can be written. Copy both, the index and \(file)-journal, to a folder that you may write to.
      """
    case .notReplaceable(let found):
      "\(file): the file is \(found), and --force replaces only an index of tokenshift. Choose another name."
    case .exists:
      "\(file): the file exists. Choose another name, or pass --force to replace it."
    case .otherStudy(let what, let found, let expected):
      """
      \(file): the index was begun with \(what) \(found), this run has \(expected). \
      Choose another name, or pass --force to begin anew.
      """
    case .unwritable(let reason):
      "\(file): the file cannot be written: \(reason). Choose a folder that exists and that you may write to."
    case .writes(let sql):
      "\(file): \"\(sql)\" would write, and 'query' only reads. Use the sqlite3 shell on a copy of the index."
    case .sql(let message, let sql):
      "\(file): SQLite says \"\(message)\" to \"\(sql)\". See the tables with 'SELECT sql FROM sqlite_master'."
    case .unknown(let what, let name, let known):
      "\(file): there is no \(what) \"\(name)\" in the index. Choose one of \(known.joined(separator: ", "))."
    case .notMeasured(let tuned, let source, let known):
      """
      \(file): \(tuned.map { "\"\($0)\" was not" } ?? "no model was") measured on text of "\(source)". \
      Choose one of \(known.joined(separator: ", ")) with --source.
      """
    case .severalTexts(let first, let second, let shared) where shared.isEmpty:
      """
      \(file): "\(first)" and "\(second)" were measured on no text in common. \
      Measure both on text of one source, or each on its own.
      """
    case .severalTexts(let first, let second, let shared):
      """
      \(file): a contrast is about text of one kind, and "\(first)" and "\(second)" were both measured on text of \
      \(shared.joined(separator: ", ")). Choose one of them with --source.
      """
    }
  }
}

extension DatabaseError {
  /// True where the file is at fault, and not a statement.
  var isOfTheFile: Bool {
    switch resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR,
      .SQLITE_CANTOPEN, .SQLITE_PERM:
      true
    case .SQLITE_READONLY: extendedResultCode == .SQLITE_READONLY_ROLLBACK
    default: false
    }
  }
}

extension StoreError {
  /// Runs a body and gives what SQLite has to complain about, or what a row lacks, a place, a sentence and a remedy.
  static func wrapping<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch is DamagedRow, is RowDecodingError {
      throw StoreError(file: path, .notAnIndex(found: "damaged"))
    } catch let error as DatabaseError {
      let message = error.message ?? "\(error.resultCode)"
      if error.extendedResultCode == .SQLITE_READONLY_ROLLBACK { throw StoreError(file: path, .halfWritten) }
      switch error.resultCode {
      case .SQLITE_NOTADB, .SQLITE_CORRUPT: throw StoreError(file: path, .notAnIndex(found: "damaged"))
      case .SQLITE_BUSY, .SQLITE_LOCKED: throw StoreError(file: path, .busy)
      case .SQLITE_READONLY, .SQLITE_FULL, .SQLITE_IOERR:
        throw StoreError(file: path, .unwritable(reason: message))
      case .SQLITE_CANTOPEN, .SQLITE_PERM: throw StoreError(file: path, .unreadable(reason: message))
      default: throw StoreError(file: path, .sql(message: message, sql: error.sql ?? ""))
      }
    }
  }
}

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
    }
  }
}

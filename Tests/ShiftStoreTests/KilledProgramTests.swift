import Foundation
import GRDB
import ShiftStore
import TestSupport
import Testing

/// What SQLite leaves beside an index whose program was killed while it wrote.
@Suite struct KilledProgramTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An index and its journal as they stand in the middle of a transaction of which some is in the file.
  private func torn(_ name: String) throws -> String {
    let whole = try ExampleStudy.index(in: folder)
    try whole.close()
    let path = folder.file(name)
    try DatabaseQueue(path: whole.path).writeWithoutTransaction { database in
      try database.execute(
        sql: """
          PRAGMA cache_size = 1;
          BEGIN;
          UPDATE token SET text = 'torn';
          CREATE TABLE filling (bytes BLOB);
          """)
      for _ in 0..<50 { try database.execute(sql: "INSERT INTO filling VALUES (zeroblob(4000))") }
      for suffix in ["", "-journal"] {
        try FileManager.default.copyItem(atPath: whole.path + suffix, toPath: path + suffix)
      }
      try database.execute(sql: "ROLLBACK")
    }
    #expect(try Data(contentsOf: URL(filePath: path + "-journal")).first == 0xD9, "the journal is hot")
    return path
  }

  @Test func `what was written last is taken back when the index is opened`() throws {
    let path = try torn("killed.sqlite")
    let index = try ShiftIndex.open(at: path)
    #expect(try index.query("SELECT text FROM token ORDER BY id").rows == [[.text("·so")], [.text("Wait")]])
    #expect(
      try index.query("SELECT count(*) FROM sqlite_master WHERE name = 'filling'").rows == [[.integer(0)]])
    #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
  }

  @Test func `such an index is replaced`() throws {
    let path = try torn("killed.sqlite")
    try ShiftIndex.create(at: path, plan: ExampleStudy.plan, existing: .replaceIndex).close()
    #expect(
      try ShiftIndex.open(at: path).progress() == StudyProgress(isFinished: false, measured: 0, planned: 3))
  }

  @Test(arguments: [ShiftIndex.Existing.keep, .replaceIndex])
  func `the journal of an index that is gone is not taken for the new one's`(existing: ShiftIndex.Existing)
    throws
  {
    let path = try torn("killed.sqlite")
    try FileManager.default.removeItem(atPath: path)
    try ShiftIndex.create(at: path, plan: ExampleStudy.plan, existing: existing).close()
    let index = try ShiftIndex.open(at: path)
    #expect(try index.progress() == StudyProgress(isFinished: false, measured: 0, planned: 3))
    #expect(try index.query("SELECT count(*) FROM position").rows == [[.integer(0)]])
    #expect(try index.query("PRAGMA integrity_check").rows == [[.text("ok")]])
  }

  @Test func `a place where the journal cannot be played back is told`() {
    let error = StoreError(file: "x.sqlite", .halfWritten)
    #expect(
      "\(error)" == """
        x.sqlite: a batch was killed while it wrote, and its journal can be played back only where the file and its folder \
        can be written. Copy both, the index and x.sqlite-journal, to a folder that you may write to.
        """)
  }
}

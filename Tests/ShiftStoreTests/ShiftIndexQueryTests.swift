import Foundation
import ShiftStore
import TestSupport
import Testing

@Suite struct ShiftIndexQueryTests {
  private let folder: TemporaryFolder
  private let index: ShiftIndex

  init() throws {
    folder = try TemporaryFolder()
    let writer = try ExampleStudy.index(in: folder)
    try writer.close()
    index = try ShiftIndex.open(at: writer.path)
  }

  @Test func `a statement that reads gives columns and rows`() throws {
    let result = try index.query("SELECT token, shiftClass, rankShift FROM positionRecord LIMIT 2")
    #expect(result.columns == ["token", "shiftClass", "rankShift"])
    #expect(
      result.rows == [
        [.text("·so"), .text("unshifted"), .integer(0)], [.text("Wait"), .text("shifted"), .integer(5)],
      ])
  }

  @Test(arguments: [
    "DELETE FROM position", "UPDATE study SET state = 'finished'", "DROP TABLE position",
    "INSERT INTO task (name) VALUES ('x')", "CREATE TABLE t (a)", "PRAGMA user_version = 3",
    "VACUUM INTO 'elsewhere.sqlite'", "ATTACH 'elsewhere.sqlite' AS e",
    "/* */ ATTACH 'elsewhere.sqlite' AS e",
    "REINDEX", "WITH t AS (SELECT 1) DELETE FROM position",
  ])
  func `a statement that would write is refused and changes nothing`(sql: String) throws {
    let before = try Data(contentsOf: URL(filePath: index.path))
    #expect(throws: StoreError.self) { try index.query(sql) }
    #expect(try Data(contentsOf: URL(filePath: index.path)) == before)
    #expect(!FileManager.default.fileExists(atPath: "elsewhere.sqlite"))
  }

  @Test func `a mistake is answered in SQLite's words`() {
    #expect(
      throws: StoreError(
        file: index.path, .sql(message: "no such table: nowhere", sql: "SELECT * FROM nowhere"))
    ) { try index.query("SELECT * FROM nowhere") }
  }

  @Test func `several statements are refused`() {
    #expect(throws: StoreError.self) { try index.query("SELECT 1; SELECT 2") }
  }
}

import Foundation
import GRDB
import ShiftStore
import TestSupport
import Testing

/// Files that are no index, or hold what no index holds.
@Suite struct DamagedRowTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a value that no index holds is called damage`() throws {
    let index = try ExampleStudy.index(in: folder)
    try index.close()
    try OtherProgram.execute(
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET sql = replace(sql, 'positions INTEGER NOT NULL', 'positions INTEGER')
        WHERE name = 'measurement';
      """, on: index.path)
    try OtherProgram.execute("UPDATE measurement SET positions = NULL WHERE id = 2", on: index.path)
    let damaged = try ShiftIndex.open(at: index.path)
    #expect(throws: StoreError(file: index.path, .notAnIndex(found: "damaged"))) {
      try damaged.summary(of: damaged.comparisons(), task: nil, weighting: .token)
    }
  }

  @Test func `a query meets a damaged page`() throws {
    let index = try ExampleStudy.index(in: folder)
    guard
      case .integer(let page)? = try index.query("SELECT rootpage FROM sqlite_master WHERE name = 'position'")
        .rows.first?.first
    else { return #expect(Bool(false), "no such table") }
    try index.close()
    var bytes = try Data(contentsOf: URL(filePath: index.path))
    // Big-endian, behind the format's name.
    let start = (page - 1) * (Int(bytes[16]) << 8 | Int(bytes[17]))
    bytes.replaceSubrange(start..<start + 8, with: Data(repeating: 0xFF, count: 8))
    try bytes.write(to: URL(filePath: index.path))
    #expect(throws: StoreError(file: index.path, .notAnIndex(found: "damaged"))) {
      try ShiftIndex.open(at: index.path).query("SELECT * FROM position")
    }
  }

  @Test func `a damaged index is called so`() throws {
    let index = try ExampleStudy.index(in: folder)
    try index.close()
    var bytes = try Data(contentsOf: URL(filePath: index.path))
    bytes.replaceSubrange(100..<4000, with: Data(repeating: 0xAA, count: 3900))
    try bytes.write(to: URL(filePath: index.path))
    #expect(throws: StoreError(file: index.path, .notAnIndex(found: "damaged"))) {
      try ShiftIndex.open(at: index.path)
    }
  }

  @Test func `a folder is called so`() {
    #expect(throws: StoreError(file: folder.path, .notAnIndex(found: "a folder"))) {
      try ShiftIndex.open(at: folder.path)
    }
  }
}

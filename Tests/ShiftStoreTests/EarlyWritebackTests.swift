import Foundation
import TestSupport
import Testing

@testable import ShiftStore

@Suite struct EarlyWritebackTests {
  @Test func `the disk is waited for each time the file has grown by 16 MiB`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("grows")
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let file = try FileHandle(forUpdating: URL(filePath: path))
    defer { try? file.close() }
    let writeback = EarlyWriteback(descriptor: file.fileDescriptor)
    func waits(at size: UInt64) throws -> Bool {
      try file.truncate(atOffset: size)
      return writeback.proceed()
    }
    let step: UInt64 = 16 << 20
    #expect(try !waits(at: 0))
    #expect(try !waits(at: step - 1))
    #expect(try waits(at: step))
    #expect(try !waits(at: 2 * step - 1))
    #expect(try waits(at: 2 * step + 5))
    #expect(try !waits(at: 3 * step))
    #if os(Linux)
    #expect(writeback.begin())
    #endif
  }

  @Test func `a thread beside waits for the disk again once it has`() {
    let writeback = EarlyWriteback(descriptor: -1)
    for _ in 0..<3 {
      #expect(writeback.settleBeside())
      writeback.end()
    }
  }

  @Test func `a file that is gone is left alone`() {
    let writeback = EarlyWriteback(descriptor: -1)
    #expect(!writeback.proceed())
    #expect(!writeback.begin())
  }
}

import Foundation
import Testing

@testable import Tokenization

@Suite struct TextFileTests {
  @Test func `a file comes in portions and then in none`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("abcdefg".utf8).write(to: URL(fileURLWithPath: path))
    let file = try TextFile(path: path)
    #expect(try file.read(upTo: 3) == Array("abc".utf8))
    #expect(try file.read(upTo: 100) == Array("defg".utf8))
    #expect(try file.read(upTo: 100).isEmpty)
  }

  @Test func `a file that is not there is named`() {
    let error = #expect(throws: VocabularyError.self) { try TextFile(path: "/no/such/file") }
    #expect(error?.file == "/no/such/file")
    #expect(error?.problem == .missing)
  }

  @Test func `a folder cannot be read`() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let file = try TextFile(path: folder)
    let error = #expect(throws: VocabularyError.self) { try file.read(upTo: 1) }
    #expect(error?.file == folder)
  }

  @Test func `a folder is named as one`() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let file = try TextFile(path: folder)
    #expect(throws: VocabularyError(file: folder, .directory)) { try file.read(upTo: 1) }
    #expect(
      VocabularyError(file: "x", .directory).description
        == "x: This is a directory, not a file. Name a file in it.")
  }
}

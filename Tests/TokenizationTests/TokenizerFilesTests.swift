import Foundation
import TestSupport
import Testing

@testable import Tokenization

@Suite struct TokenizerFilesTests {
  /// Files with these texts, which are removed behind the body.
  private func withFiles(_ texts: [String], _ body: ([String]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try texts.enumerated().map { place, text in
      let file = folder.appending(path: "\(place).txt")
      try Data(text.utf8).write(to: file)
      return file.path
    }
    try body(paths)
  }

  private let texts = [
    "one\ntwo\nthree\n", "", "a", String(repeating: "Line of text.\nNext ", count: 200), "b\nc",
  ]

  @Test(arguments: [1, 2, 5], [3, 64, 1 << 20])
  func `parts come in the order of the files and have the ids of the whole texts`(threads: Int, size: Int)
    throws
  {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    try withFiles(texts) { paths in
      var ids = [[TokenID]](repeating: [], count: paths.count)
      var counts = [Int](repeating: 0, count: paths.count)
      var order: [Int] = []
      try tokenizer.encode(contentsOf: paths, threads: threads, chunkSize: size, transform: { $0 }) { part in
        ids[part.file] += part.result
        counts[part.file] += part.byteCount
        order.append(part.file)
      }
      #expect(ids == texts.map { tokenizer.encode($0) })
      #expect(counts == texts.map(\.utf8.count))
      #expect(order == order.sorted())
    }
  }

  @Test(arguments: [1, 2])
  func `what stands before a file that is missing is handed over`(threads: Int) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    try withFiles(["a\nb", "c"]) { paths in
      var files: [Int] = []
      let missing = paths[0] + ".none"
      let error = #expect(throws: VocabularyError.self) {
        try tokenizer.encode(contentsOf: paths + [missing, paths[0]], threads: threads, transform: { $0 }) {
          files.append($0.file)
        }
      }
      #expect(error?.file == missing)
      #expect(error?.problem == .missing)
      #expect(files == [0, 1])
    }
  }

  private struct Enough: Error {}

  @Test(arguments: [1, 2])
  func `nothing more is handed over to one who has thrown`(threads: Int) throws {
    let tokenizer = try Tokenizer(contentsOf: Fixture.sample)
    try withFiles([texts[3], texts[3]]) { paths in
      var count = 0
      #expect(throws: Enough.self) {
        try tokenizer.encode(contentsOf: paths, threads: threads, chunkSize: 64, transform: { $0 }) { _ in
          count += 1
          if count == 3 { throw Enough() }
        }
      }
      #expect(count == 3)
    }
  }
}

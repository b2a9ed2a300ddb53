import Foundation
import Testing

@testable import Tokenization

/// A file beside the tests, or in `samples/`.
enum Fixture {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// The path of a file in `Fixtures/`.
  static func path(_ name: String) -> String { folder.appending(path: "Fixtures/\(name)").path }

  /// The path of the sample vocabulary, that of SmolLM2.
  static let sample = folder.appending(path: "../../samples/vocabulary/tokenizer.json").standardized.path

  /// The JSON of a file in `Fixtures/`.
  static func json(_ name: String) throws -> JSONValue {
    try JSONReader.read(try VocabularyFile.bytes(of: path(name)))
  }

  /// Texts and the numbers that belong to them: `[[text, [number, …]], …]`.
  static func cases(_ list: JSONValue?) throws -> [(text: [UInt8], numbers: [Int])] {
    try (#require(list?.elements)).map { entry in
      let parts = try #require(entry.elements)
      return (try #require(parts[0].bytes), try #require(parts[1].elements).compactMap(\.integer))
    }
  }
}

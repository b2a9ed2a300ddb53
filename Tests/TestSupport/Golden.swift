import Foundation
public import Testing

/// Compares a text with the one that is kept in a file; `RECORD_GOLDEN=1` writes the file instead.
public func expectGolden(
  _ text: String, _ name: String, file: String = #filePath, at location: SourceLocation = #_sourceLocation
) throws {
  let path = URL(filePath: file).deletingLastPathComponent().appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
    try FileManager.default.createDirectory(
      at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: path)
    return
  }
  let expected = try String(contentsOf: path, encoding: .utf8)
  #expect(text == expected, "the text differs from Golden/\(name)", sourceLocation: location)
}

import Foundation
import Traces

/// Files that tests read.
enum TestFiles {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// A small file made by a real writer.
  static func fixture(_ name: String) -> String { tests.appending(path: "Fixtures/\(name)").path }

  /// A file of `samples`.
  static func sample(_ name: String) -> String {
    tests.appending(path: "../../samples/\(name)").standardizedFileURL.path
  }

  /// A deliberately broken file.
  static func broken(_ name: String) -> String { sample("broken/\(name)") }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

/// Calls `body` with the path of a file named `trace` that has this content.
func withFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
  let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  let file = directory.appending(path: "trace")
  try Data(bytes).write(to: file)
  return try body(file.path)
}

/// A file with this content, opened.
func opened(_ bytes: [UInt8], tensor: String? = nil) throws -> TraceFile {
  try withFile(bytes) { try TraceFile(path: $0, tensor: tensor) }
}

/// The error that reading a file of this content throws, nil where all can be read.
func messageOfReading(_ bytes: [UInt8]) throws -> String? { try withFile(bytes) { messageOfReading($0) } }

/// The error that reading throws, without the folder in front of the file's name; nil where all can be read.
func messageOfReading(_ path: String, tensor: String? = nil) -> String? {
  do throws(TraceError) {
    let file = try TraceFile(path: path, tensor: tensor)
    for index in file.entries.indices { _ = try file.trace(at: index) }
    return nil
  } catch {
    return error.description.replacingOccurrences(
      of: (path as NSString).deletingLastPathComponent + "/", with: "")
  }
}

import Foundation
import TestSupport
import Testing

/// What README.md shows is what the program prints.
@Suite struct ReadmeTests {
  private struct Example {
    var command: String
    var output: String
  }

  private static func examples() throws -> [Example] {
    let text = try String(contentsOfFile: Program.root + "/README.md", encoding: .utf8)
    var examples: [Example] = []
    for block in text.components(separatedBy: "```console\n").dropFirst() {
      let lines = (block.components(separatedBy: "\n```").first ?? "").components(separatedBy: "\n")
      for line in lines {
        if line.hasPrefix("$ ") {
          examples.append(Example(command: String(line.dropFirst(2)), output: ""))
        } else if !examples.isEmpty {
          examples[examples.count - 1].output += line + "\n"
        }
      }
    }
    return examples
  }

  @Test func `every command prints what the page shows`() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("samples"), withDestinationPath: Program.root + "/samples")
    let examples = try Self.examples().filter { $0.command.hasPrefix("tokenshift ") }
    #expect(examples.count >= 5)
    for example in examples {
      let run = try Self.shell(example.command, in: folder.path)
      #expect(run == example.output, "\(example.command)")
    }
  }

  /// Runs a line of the page with the program on the path; only standard output counts.
  private static func shell(_ command: String, in folder: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(filePath: folder)
    var environment = ProcessInfo.processInfo.environment
    let programs = (Program.path as NSString).deletingLastPathComponent
    environment["PATH"] = programs + ":" + (environment["PATH"] ?? "")
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  @Test func `the page mentions every command`() throws {
    let text = try String(contentsOfFile: Program.root + "/README.md", encoding: .utf8)
    for command in [
      "inspect", "measure", "batch", "summary", "tokens", "top", "positions", "query", "tokenize",
    ] {
      #expect(text.contains("`\(command)`"), "\(command)")
    }
  }
}

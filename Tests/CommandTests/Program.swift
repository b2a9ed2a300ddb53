import Foundation
import Testing

/// The built program, run as a person runs it.
struct Program {
  /// What a run gave.
  struct Run {
    var status: Int32
    var output: String
    var error: String
  }

  /// The folder that holds Package.swift.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// A path below `samples/`.
  static func sample(_ name: String) -> String { root + "/samples/" + name }

  /// The program stands beside the test bundle, wherever that was built.
  static let path: String = {
    let bundles = [Bundle.main.executablePath, CommandLine.arguments.first].compactMap { $0 }
    for bundle in bundles {
      var folder = URL(filePath: bundle).resolvingSymlinksInPath().deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appending(path: "tokenshift").path
        if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        folder.deleteLastPathComponent()
      }
    }
    return root + "/.build/debug/tokenshift"
  }()

  /// Starts the program; the caller waits for it.
  static func start(_ arguments: [String], in folder: String = root, input: String = "") throws -> Started {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder)
    var environment = ProcessInfo.processInfo.environment
    // Help texts are wrapped to the terminal's width.
    environment["COLUMNS"] = "80"
    process.environment = environment
    let output = Pipe()
    let error = Pipe()
    let standardInput = Pipe()
    process.standardOutput = output
    process.standardError = error
    process.standardInput = standardInput
    try process.run()
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    return Started(process: process, output: output, error: error)
  }

  /// Runs the program to its end.
  static func run(_ arguments: String..., in folder: String = root, input: String = "") throws -> Run {
    try start(arguments, in: folder, input: input).finish()
  }

  /// A program that is running.
  struct Started: @unchecked Sendable {
    // One test owns it; nothing is shared.
    let process: Process
    let output: Pipe
    let error: Pipe

    /// Waits for the end and collects what was printed.
    func finish() throws -> Run {
      // Both pipes are read at once: a full one would stop the program.
      nonisolated(unsafe) var errorData = Data()
      let error = error.fileHandleForReading
      let group = DispatchGroup()
      group.enter()
      DispatchQueue.global().async {
        errorData = error.readDataToEndOfFile()
        group.leave()
      }
      let outputData = output.fileHandleForReading.readDataToEndOfFile()
      group.wait()
      process.waitUntilExit()
      return Run(
        status: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
        error: String(decoding: errorData, as: UTF8.self))
    }
  }
}

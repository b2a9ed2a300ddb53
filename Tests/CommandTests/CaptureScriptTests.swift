import Foundation
import TestSupport
import Testing

/// The recipes that ask servers, with other programs in the place of `curl` and `jq`.
@Suite struct CaptureScriptTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try install("jq", "exec cat")
  }

  private func install(_ name: String, _ commands: String) throws {
    let path = try folder.write("#!/bin/sh\n\(commands)\n", to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [Program.sample("capture/\(script)")] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = folder.path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  @Test(arguments: [("vllm_server.sh", ["http://x", "m"]), ("sglang_server.sh", ["http://x"])])
  func `no text is lost without a word`(script: String, arguments: [String]) throws {
    // The last line has no end.
    let texts = try folder.write("first\nlast", to: "texts")
    try install("curl", "cat")
    let whole = try run(script, arguments + [texts])
    #expect(whole.status == 0 && whole.output == "firstlast")
    // As curl --fail ends when the server answers with status 500.
    try install("curl", "exit 22")
    #expect(try run(script, arguments + [texts]).status == 22)
  }
}

import Foundation
import TestSupport
import Testing

@testable import Traces

/// Readers on very many changed files. `make fuzz` says how it is run.
///
/// Change number i of a reader depends on the seed and on i alone, so that a run goes on where another stopped, and a
/// number that brings the program down is tried again alone: it stands in the file of progress.
@Suite(.serialized, .enabled(if: FuzzRun.fromEnvironment != nil, "FUZZ says how many changes to try"))
struct FuzzTests {
  @Test(arguments: FuzzReader.all)
  func `changed files of every reader are refused or read`(reader: FuzzReader) throws {
    let run = try #require(FuzzRun.fromEnvironment)
    guard run.reader.map({ $0 == reader.name }) ?? true else { return }
    let progress = try FuzzProgress(reader.name, in: run.folder)
    let first = run.resumes ? progress.next : run.first
    var read = 0
    var slowest = (seconds: 0.0, number: first)
    for number in first..<max(first, run.end) {
      progress.note(number)
      let start = DispatchTime.now().uptimeNanoseconds
      if reader.reads(changed: number, seed: run.seed) { read += 1 }
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      if seconds > slowest.seconds { slowest = (seconds, number) }
    }
    progress.note(max(first, run.end))
    print(
      "fuzz \(reader.name): changes \(first)..<\(max(first, run.end)) of seed \(run.seed): \(read) read, the others refused;"
        + " the slowest, \(slowest.number), took \(Int(slowest.seconds * 1000)) ms; peak memory \(FuzzProgress.peakMemory) MB"
    )
  }
}

/// What the environment asks for.
struct FuzzRun {
  var reader: String?
  var first: Int
  var end: Int
  var seed: UInt64
  var resumes: Bool
  var folder: String

  static var fromEnvironment: FuzzRun? {
    let environment = ProcessInfo.processInfo.environment
    guard let end = environment["FUZZ"].flatMap({ Int($0) }) else { return nil }
    let reader = environment["FUZZ_READER"].flatMap { $0.isEmpty ? nil : $0 }
    return FuzzRun(
      reader: reader, first: environment["FUZZ_FROM"].flatMap { Int($0) } ?? 0, end: end,
      seed: environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 0,
      resumes: environment["FUZZ_FROM"] == "resume",
      folder: environment["FUZZ_FOLDER"] ?? FileManager.default.temporaryDirectory.path)
  }
}

/// The number of the change that is being tried, in a file that outlives a crash.
final class FuzzProgress {
  private let file: FileHandle
  /// The number that the file held.
  let next: Int

  init(_ reader: String, in folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/\(reader).fuzz"
    next =
      (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    file = try #require(FileHandle(forWritingAtPath: path))
  }

  func note(_ number: Int) {
    var text = Array("\(number)        \n".utf8)
    _ = pwrite(file.fileDescriptor, &text, text.count, 0)
  }

  /// In megabytes, 0 where the system does not say.
  static var peakMemory: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1024
  }
}

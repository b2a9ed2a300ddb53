import ArgumentParser
import Foundation
import Traces

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes traces in another form: the canonical file, or lines of JSON.",
    discussion: """
      Reads whatever `inspect` reads, one sequence at a time. The canonical form is a safetensors file a sequence: \
      OUTPUT is the file where there is one sequence, and a folder where there are more. Lines of JSON go into one \
      file. Nothing is replaced without --force.

      Lists of tokens keep all their digits. Lists that hold the whole vocabulary become dense rows.

      Examples:
        tokenshift convert scored.jsonl --output traces
        tokenshift convert whole-vocabulary.json --scores f16 --output trace.safetensors
        tokenshift convert trace.safetensors --to jsonl --top 50 --output trace.jsonl
      """)

  enum Form: String, CaseIterable, ExpressibleByArgument { case canonical, jsonl }

  enum Scores: String, CaseIterable, ExpressibleByArgument {
    case f32, f16, bf16

    var encoding: DenseRow.Encoding {
      switch self {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      }
    }
  }

  @Argument(help: "Files of traces.", completion: .file())
  var files: [String]
  @Option(name: [.short, .long], help: "What to write.", completion: .file())
  var output: String
  @Option(help: "The form.")
  var to: Form = .canonical
  @Option(help: "How dense scores are stored; as they are when left out.")
  var scores: Scores?
  @Option(help: "Tokens that a line of JSON lists of a dense row.")
  var top = 20
  @OptionGroup var traces: TraceOptions
  @OptionGroup var head: HeadOption
  @Flag(help: "Replace what stands at the output.")
  var force = false

  func validate() throws {
    guard top >= 1 else { throw ValidationError("--top must be at least 1, but is \(top).") }
  }

  func run() throws {
    let vocabulary = try traces.readVocabulary()
    let inputs = try files.map { try traces.open($0, head: head.lmHead, vocabulary) }
    let count = inputs.reduce(0) { $0 + $1.entries.count }
    if to == .jsonl { for input in inputs { try refuseToForget(input) } }
    var sink = try Sink(self, isFolder: to == .canonical && count > 1)
    var failures: [TraceError] = []
    for input in inputs {
      for index in input.entries.indices {
        do {
          try sink.write(try input.trace(at: index), metadata: input.metadata, number: index)
        } catch let error as TraceError {
          failures.append(error)
        }
      }
    }
    try sink.finish()
    if let first = failures.first, failures.count == count { throw first }
    for failure in failures { StandardError.write("error: \(failure)") }
    guard failures.isEmpty else {
      throw CommandFailure(
        status: .incomplete,
        message: "\(failures.count) of \(count) sequences cannot be converted, as said above.")
    }
  }
}

extension Convert {
  /// Lines of JSON have no place for what a sampler did; without it the file would pass for a raw one.
  private func refuseToForget(_ input: TraceFile) throws {
    for (name, raw) in [("stage", "raw"), ("temperature", "1")] {
      guard let value = input.metadata[name], value != raw, Double(value) != 1 else { continue }
      throw CommandFailure(
        status: .badData,
        message: """
          \(input.path): the file says \(name) = "\(value)", which lines of JSON cannot carry. \
          Convert it to the canonical form, which keeps it.
          """)
    }
  }
}

/// Where converted traces go.
private struct Sink {
  private let command: Convert
  private let isFolder: Bool
  private let lines: FileHandle?
  private var names: Set<String> = []

  init(_ command: Convert, isFolder: Bool) throws {
    self.command = command
    self.isFolder = isFolder
    let path = command.output
    if isFolder {
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
        throw ConversionError(file: path, .exists)
      }
      try Self.trying(path) {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      }
    } else if !command.force, FileManager.default.fileExists(atPath: path) {
      throw ConversionError(file: path, .exists)
    }
    if command.to == .jsonl {
      guard FileManager.default.createFile(atPath: path + ".partial", contents: nil),
        let handle = FileHandle(forWritingAtPath: path + ".partial")
      else { throw ConversionError(file: path, .unwritable(reason: String(cString: strerror(errno)))) }
      lines = handle
    } else {
      lines = nil
    }
  }

  mutating func write(_ trace: Trace, metadata: [String: String], number: Int) throws {
    if let lines {
      if let id = trace.id, !names.insert(id).inserted {
        throw CommandFailure(
          status: .badData,
          message: """
            \(command.output): two sequences are called "\(id)", and a file can hold only one of that name. \
            Convert each input to a file of its own.
            """)
      }
      return try Self.trying(command.output) {
        try lines.write(contentsOf: JSONLTrace(trace, top: command.top).line)
      }
    }
    let path = isFolder ? command.output + "/" + fileName(trace, number) : command.output
    guard command.force || !FileManager.default.fileExists(atPath: path) else {
      throw ConversionError(file: path, .exists)
    }
    try CanonicalTrace(trace, metadata: metadata, encoding: command.scores?.encoding).write(to: path)
  }

  /// A name for each sequence, made of letters that every file system takes, and never the same twice.
  private mutating func fileName(_ trace: Trace, _ number: Int) -> String {
    let id = trace.id ?? "sequence-\(number)"
    var stem = String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-#".contains($0)) ? $0 : "_" })
    if let model = trace.model, command.files.count > 1 {
      stem += "." + model.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }
    if stem.hasPrefix(".") { stem = "_" + stem }
    var name = stem
    var copy = 2
    while !names.insert(name).inserted {
      name = "\(stem)~\(copy)"
      copy += 1
    }
    return name + ".safetensors"
  }

  func finish() throws {
    guard let lines else { return }
    try Self.trying(command.output) { try lines.close() }
    guard rename(command.output + ".partial", command.output) == 0 else {
      throw ConversionError(file: command.output, .unwritable(reason: String(cString: strerror(errno))))
    }
  }

  private static func trying(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      throw ConversionError(file: path, .unwritable(reason: error.localizedDescription))
    }
  }
}
